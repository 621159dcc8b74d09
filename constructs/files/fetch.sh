#!/bin/sh
# Fetches what a copy of a shop starts from: one dump and, once, the uploads of the shop it is a copy of.
# BUCKET, ORIGIN_STORE, RESTORE_POINT. Mounts: /restore, /uploads, /secrets/backup, /tmp.
# Exit 1: no such dump, and this copy never had it. The rclone image has no bash, hence sh.
set -eu
mark=/uploads/.storewright-origin
cp /secrets/backup/rclone.conf /tmp/rclone.conf
export RCLONE_CONFIG=/tmp/rclone.conf RCLONE_CACHE_DIR=/tmp/rclone
source=backup:${BUCKET:?}/${ORIGIN_STORE:?}
file=${RESTORE_POINT:?}.sql.zst
# Each run fetches it again, because only the database knows whether it is still to be loaded.
if rclone copyto "$source/dumps/$file" "/restore/$file"; then
  echo "fetch: $RESTORE_POINT of $ORIGIN_STORE"
elif [ -e "$mark" ]; then
  echo "fetch: $RESTORE_POINT is gone, this copy was made from it before"
else
  echo "fetch: $ORIGIN_STORE has no $RESTORE_POINT" >&2
  exit 1
fi
# Not again: the merchant may have removed some since.
if [ ! -e "$mark" ]; then
  rclone copy "$source/uploads" /uploads
  : >"$mark"
  echo "fetch: uploads of $ORIGIN_STORE"
fi
