#!/usr/bin/env bash
# The steps of the published MariaDB image around its server, as far as a shop depends on them. They
# run in the same order, so that a kill between two steps leaves the same volume behind. Source:
# MariaDB/mariadb-docker docker-entrypoint.sh (docker_mariadb_init, docker_mariadb_upgrade),
# 2026-11.
set -eu -o pipefail
data=/var/lib/mysql
socket=/run/mysqld/mysqld.sock
temporary=0
note() { echo "Note: $*"; }
client() { mariadb --protocol=socket --socket="$socket" --user=root --database=mysql --binary-mode "$@"; }

start_temporary() {
  note 'Starting temporary server'
  "$@" --skip-networking --socket="$socket" --loose-innodb_buffer_pool_load_at_startup=0 --skip-ssl &
  temporary=$!
  for _ in $(seq 150); do
    if client --execute='SELECT 1' >/dev/null 2>&1; then
      note 'Temporary server started'
      return
    fi
    sleep 0.1
  done
  note 'Unable to start server'
  exit 1
}

stop_temporary() {
  note 'Stopping temporary server'
  kill "$temporary"
  wait "$temporary"
  note 'Temporary server stopped'
}

health_user() {
  echo "CREATE USER IF NOT EXISTS healthcheck@localhost IDENTIFIED BY 'h$$';"
  echo "SET PASSWORD FOR healthcheck@localhost = PASSWORD('h$$');"
}

first_init() {
  note 'Initializing database files'
  mariadb-install-db --datadir="$data" --rpm --auth-root-authentication-method=normal "${@:2}" --cross-bootstrap \
    --skip-test-db --skip-log-bin --enforce-storage-engine= >/dev/null
  note 'Database files initialized'
  start_temporary "$@"
  note 'Securing system users'
  {
    echo "DROP USER IF EXISTS root@'127.0.0.1', root@'::1';"
    echo "EXECUTE IMMEDIATE CONCAT('DROP USER IF EXISTS root@\'', @@hostname, '\'');"
    echo "SET PASSWORD FOR root@localhost = PASSWORD('$(cat "$MARIADB_ROOT_PASSWORD_FILE")');"
    health_user
  } | client
  touch "$data/.my-healthcheck.cnf"
  stop_temporary
}

# A volume without the version file, or without the user for probes, is upgraded first.
upgrade() {
  start_temporary "$@" --skip-grant-tables
  if [ ! -e "$data/.my-healthcheck.cnf" ]; then
    { echo 'FLUSH PRIVILEGES;' && health_user; } | client
    touch "$data/.my-healthcheck.cnf"
    stop_temporary
    [ -e "$data/mariadb_upgrade_info" ] && return
    start_temporary "$@" --skip-grant-tables
  fi
  mariadb-upgrade --socket="$socket" --upgrade-system-tables >/dev/null
  stop_temporary
}

set -- mariadbd --no-defaults --datadir="$data" --socket="$socket" "$@"
if [ ! -d "$data/mysql" ]; then
  first_init "$@"
elif [ ! -e "$data/mariadb_upgrade_info" ] || [ ! -e "$data/.my-healthcheck.cnf" ]; then
  upgrade "$@"
fi
note 'Ready for start up'
exec "$@"
