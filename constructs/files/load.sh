#!/usr/bin/env bash
# Loads a fetched dump, only into a database without tables: a later run must never overwrite orders.
# RESTORE_POINT. Mounts: /restore, /secrets/db (password), /tmp. Exit 1: the dump is not whole, or does not load.
set -eu -o pipefail
connection=/tmp/load.cnf
(umask 077 && printf '[client]\nhost=mariadb\nuser=wordpress\npassword=%s\nskip-ssl\nconnect-timeout=10\n' \
  "$(cat /secrets/db/password)" >"$connection")
query="SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'wordpress'"
tables=$(mariadb --defaults-extra-file="$connection" --batch --skip-column-names --execute="$query" wordpress)
if [ "$tables" != 0 ]; then
  echo "load: the database has $tables tables, nothing is loaded"
  exit 0
fi
file=/restore/${RESTORE_POINT:?}.sql.zst
if ! zstd -dcq "$file" | tail -n 1 | grep -q '^-- Dump completed'; then
  echo "load: $RESTORE_POINT is not complete" >&2
  exit 1
fi
zstd -dcq "$file" | mariadb --defaults-extra-file="$connection" wordpress
echo "load: $RESTORE_POINT"
