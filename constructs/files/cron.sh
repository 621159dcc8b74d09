#!/usr/bin/env bash
set -eu -o pipefail
exec curl -fsS -m 200 -o /dev/null -H "Host: ${STORE_HOST:?}" -H "X-Forwarded-Proto: ${STORE_SCHEME:?}" \
  'http://wordpress/wp-cron.php?doing_wp_cron'
