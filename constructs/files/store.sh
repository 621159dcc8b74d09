#!/bin/sh
# Puts dumps and uploads where they are kept.
# DESTINATION: pvc (the volume at /backups) or s3 (remote `backup` of rclone.conf). WHAT: all or dumps.
# BUCKET, STORE_NAME, RETENTION_DAYS: with s3. Mounts: /backups, /uploads, /tmp; with s3 /secrets/backup.
# The rclone image has no bash, hence sh.
set -eu
if [ "${DESTINATION:?}" = pvc ]; then
  mkdir -p /backups/uploads
  cp -au /uploads/. /backups/uploads/
  echo "store: uploads copied"
  exit 0
fi
# rclone wants to write its configuration back, and a Secret cannot be written.
cp /secrets/backup/rclone.conf /tmp/rclone.conf
export RCLONE_CONFIG=/tmp/rclone.conf RCLONE_CACHE_DIR=/tmp/rclone
target=backup:${BUCKET:?}/${STORE_NAME:?}
rclone copy --include '*.sql.zst' /backups "$target/dumps"
echo "store: dumps copied"
rclone delete --min-age "${RETENTION_DAYS:?}d" --include 'daily-*.sql.zst' "$target/dumps"
[ "${WHAT:?}" = all ] || exit 0
rclone sync --backup-dir "$target/replaced/$(date -u +%Y%m%dT%H%M%SZ)" /uploads "$target/uploads"
rclone delete --min-age "${RETENTION_DAYS}d" --rmdirs "$target/replaced" 2>/dev/null || :
echo "store: uploads copied"
