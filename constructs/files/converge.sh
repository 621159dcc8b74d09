#!/usr/bin/env bash
# Writes the SQL that the server runs at every start, so that it accepts the Secret's passwords whatever the volume
# holds: nothing, a first init that was killed, an older store, an older revision.
# CREDENTIALS_REVISION: wait for it. Mounts: /data (the volume), /init (in memory), /secrets/db.
# Exit 1: that revision has not arrived in 180 s, or a password is not 32 letters and digits.
set -eu -o pipefail
wanted=${CREDENTIALS_REVISION:?}
secrets=/secrets/db

# The kubelet may serve an older copy of the Secret for about a minute. Without the key there is nothing to wait for.
for _ in $(seq 180); do
  [ -e "$secrets/revision" ] || break
  [ "$(cat "$secrets/revision")" -ge "$wanted" ] && break
  sleep 1
done
if [ -e "$secrets/revision" ] && [ "$(cat "$secrets/revision")" -lt "$wanted" ]; then
  echo "credentials: revision $wanted has not arrived" >&2
  exit 1
fi

# read_password NAME: only letters and digits, so nothing needs quoting anywhere.
read_password() {
  local value
  value=$(cat "$secrets/$1")
  if [[ ! $value =~ ^[A-Za-z0-9]{32}$ ]]; then
    echo "credentials: $1 is not 32 letters and digits" >&2
    exit 1
  fi
  printf %s "$value"
}
password=$(read_password password)
also=
if [ -e "$secrets/previous-password" ]; then
  previous=$(read_password previous-password)
  also=" OR mysql_native_password USING PASSWORD('$previous')"
fi
root=$(read_password root-password)

mkdir -p /data/mysql
bash /scripts/first-init.sh /data/mysql
umask 077
{
  echo "CREATE DATABASE IF NOT EXISTS wordpress;"
  echo "CREATE USER IF NOT EXISTS 'wordpress'@'%';"
  echo "ALTER USER 'wordpress'@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD('$password')$also;"
  echo "GRANT ALL PRIVILEGES ON wordpress.* TO 'wordpress'@'%';"
  # On a fresh volume this would lock the image's entrypoint out of its own temporary server.
  if [ -d /data/mysql/mysql ]; then
    echo "ALTER USER 'root'@'localhost' IDENTIFIED VIA mysql_native_password USING PASSWORD('$root');"
  fi
} >/init/converge.sql
echo "credentials: revision $wanted, ready"
