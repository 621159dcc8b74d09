#!/usr/bin/env bash
# Dumps the shop's database into /backups, whole or not at all.
# DUMP_NAME: the file's name without ending; `daily` gets the time behind it. RETENTION_DAYS: older dailies go.
# UNLESS_RELEASE: do nothing when the database was set up for this release, or for none yet.
# Mounts: /backups, /secrets/db (password), /tmp. Exit 1: no dump was made.
set -eu -o pipefail
name=${DUMP_NAME:?}
connection=/tmp/dump.cnf
trap 'rm -f "$connection"' EXIT
# Not in [client]: mariadb-dump 11.8 knows no connect-timeout, and an unknown variable stops it.
(umask 077 && printf '[client]\nhost=mariadb\nuser=wordpress\npassword=%s\nskip-ssl\n%s\n' \
  "$(cat /secrets/db/password)" $'[mariadb-client]\nconnect-timeout=10' >"$connection")
ask() {
  mariadb --defaults-extra-file="$connection" --batch --skip-column-names --execute="$1" wordpress
}

# A question that fails must not read like an empty database: the upgrade would then go on without a way back.
if [ -n "${UNLESS_RELEASE:-}" ]; then
  # Assigned first: a command that fails inside a test ends nothing.
  tables=$(ask "SELECT COUNT(*) FROM information_schema.tables
    WHERE table_schema = 'wordpress' AND table_name = 'wp_options'")
  have=
  if [ "$tables" = 1 ]; then
    have=$(ask "SELECT option_value FROM wp_options WHERE option_name = 'storewright_release'")
  fi
  if [ -z "$have" ] || [ "$have" = "$UNLESS_RELEASE" ]; then
    echo "dump: not needed"
    exit 0
  fi
fi

[ "$name" != daily ] || name=daily-$(date -u +%Y%m%dT%H%M%SZ)
file=/backups/$name.sql.zst
if [ -e "$file" ]; then
  echo "dump: $name is there already"
  exit 0
fi
rm -f /backups/*.partial
mariadb-dump --defaults-extra-file="$connection" --single-transaction --quick --routines --triggers \
  --no-tablespaces wordpress | zstd -q -T1 >"$file.partial"
# A dump that was cut off reads like a good one, but for its last line.
if ! zstd -dcq "$file.partial" | tail -n 1 | grep -q '^-- Dump completed'; then
  echo "dump: $name is not complete" >&2
  exit 1
fi
sync "$file.partial"
mv "$file.partial" "$file"
echo "dump: $name, $(stat -c %s "$file") bytes"

find /backups -maxdepth 1 -name 'daily-*.sql.zst' -mtime "+${RETENTION_DAYS:?}" -delete
find /backups -maxdepth 1 -name 'pre-*.sql.zst' -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2 |
  xargs -r rm -f
