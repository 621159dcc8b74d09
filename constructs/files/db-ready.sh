#!/usr/bin/env bash
# Ready = the shop's own user can log in. The server starts even when a statement of converge.sql failed.
# Mounts: /secrets/db (password). Exit 1: it cannot.
set -eu -o pipefail
exec mariadb --defaults-extra-file=<(printf '[client]\nuser=wordpress\npassword=%s\n' "$(cat /secrets/db/password)") \
  --protocol=tcp --host=127.0.0.1 --skip-ssl --connect-timeout=3 --batch --execute='SELECT 1' wordpress >/dev/null
