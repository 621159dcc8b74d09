#!/usr/bin/env bash
# Ready = the Store API answers exactly 200: 302 is not installed, 404 no WooCommerce, 500 no database.
# STORE_HOST, STORE_URL. Exit 1 with the status that came instead.
set -eu -o pipefail
status=$(curl -s -m 8 -o /dev/null -w '%{http_code}' -H "Host: ${STORE_HOST:?}" \
  -H "X-Forwarded-Proto: ${STORE_URL%%:*}" \
  'http://127.0.0.1:8081/?rest_route=/wc/store/v1/products&per_page=1' || :)
[ "$status" = 200 ] || { echo "store API: $status"; exit 1; }
