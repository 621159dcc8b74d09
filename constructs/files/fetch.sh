#!/bin/sh
# Fetches what a copy of a shop starts from: one dump and the uploads of the shop it is a copy of.
# BUCKET, ORIGIN_STORE, RESTORE_POINT. Mounts: /restore, /uploads, /secrets/backup, /tmp. Exit 1: no such dump.
set -eu
if [ -e /uploads/.storewright-origin ]; then
  echo "fetch: done before"
  exit 0
fi
cp /secrets/backup/rclone.conf /tmp/rclone.conf
export RCLONE_CONFIG=/tmp/rclone.conf RCLONE_CACHE_DIR=/tmp/rclone
source=backup:${BUCKET:?}/${ORIGIN_STORE:?}
rclone copyto "$source/dumps/${RESTORE_POINT:?}.sql.zst" "/restore/$RESTORE_POINT.sql.zst"
rclone copy "$source/uploads" /uploads
: >/uploads/.storewright-origin
echo "fetch: $RESTORE_POINT of $ORIGIN_STORE"
