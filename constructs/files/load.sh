#!/usr/bin/env bash
# Loads a fetched dump, only into a database without tables, or one where an earlier run was cut off: a later run must
# never overwrite orders. RESTORE_POINT. Mounts: /restore, /secrets/db (password), /tmp.
# Exit 1: the dump is not whole, or does not load.
set -eu -o pipefail
connection=/tmp/load.cnf
trap 'rm -f "$connection"' EXIT
(umask 077 && printf '[client]\nhost=mariadb\nuser=wordpress\npassword=%s\nskip-ssl\nconnect-timeout=10\n' \
  "$(cat /secrets/db/password)" >"$connection")
client() { mariadb --defaults-extra-file="$connection" --batch --skip-column-names "$@" wordpress; }
count="SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'wordpress'"
tables=$(client --execute="$count")
begun=$(client --execute="$count AND table_name = 'storewright_loading'")
if [ "$tables" != 0 ] && [ "$begun" = 0 ]; then
  echo "load: the database has $tables tables, nothing is loaded"
  exit 0
fi
file=/restore/${RESTORE_POINT:?}.sql.zst
if ! zstd -dcq "$file" | tail -n 1 | grep -q '^-- Dump completed'; then
  echo "load: $RESTORE_POINT is not complete" >&2
  exit 1
fi
# The mark makes a run after this one begin again if this one is cut off: tables come one by one.
client --execute='CREATE TABLE IF NOT EXISTS storewright_loading (id INT)'
zstd -dcq "$file" | client
# Set-up of this shop has yet to finish, whatever the other one's release was.
client --execute="DELETE FROM wp_options WHERE option_name = 'storewright_release'; DROP TABLE storewright_loading"
echo "load: $RESTORE_POINT"
