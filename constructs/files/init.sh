#!/usr/bin/env bash
# Installs and configures the shop. Idempotent: a second run changes nothing that is already so.
# STORE_URL, RELEASE and WordPress' own environment. Mounts: /var/www/html, /settings, /secrets/{db,salts,admin},
# /secrets/email when the admin's address comes from a Secret.
set -eu -o pipefail
cd /var/www/html
setting() { cat "/settings/$1"; }
# The built-in limit of 128M is too small for WooCommerce.
wp() { php -d memory_limit=320M /usr/local/bin/wp "$@"; }
user=$(setting admin-user)
email=$(cat /secrets/email/email 2>/dev/null || setting admin-email)

if ! wp core is-installed; then
  # --prompt prints the whole command with the password on standard output.
  wp core install --url="${STORE_URL:?}" --title="$(setting title)" --admin_user="$user" \
    --admin_email="$email" --locale="$(setting locale)" --skip-email --prompt=admin_password \
    </secrets/admin/password >/dev/null
  echo "core: installed"
fi
# Empty until settings were applied once, here or in the shop this one is a copy of. What the merchant may change later
# is set only until then.
applied=$(wp option get storewright_applied --format=json 2>/dev/null || :)
# Before the plugin is activated: its own later add_option is then a no-op. Without this the shop stops selling
# at the first login (woocommerce class-wc-install.php, pull request 53685).
[ -n "$applied" ] || wp option update woocommerce_coming_soon no >/dev/null
while IFS=$'\t' read -r kind slug _; do
  case $kind in
    plugin) wp plugin is-active "$slug" || wp plugin activate "$slug" >/dev/null ;;
    theme) wp theme is-active "$slug" || wp theme activate "$slug" >/dev/null ;;
  esac
  echo "$kind $slug: active"
done </settings/components.tsv
wp core update-db >/dev/null
wp wc update >/dev/null
echo "schema: up to date"
# While there is no order: with orders its checks fail, also on a shop that has it on already.
if [ -z "$applied" ]; then
  wp wc hpos enable >/dev/null
  echo "orders: own tables"
fi
wp eval-file /scripts/settings.php

# The address is in every link of the database, so a new primary host is a search and replace.
was=$(wp option get storewright_url 2>/dev/null || :)
if [ -n "$was" ] && [ "$was" != "$STORE_URL" ]; then
  wp search-replace "${was#*:}" "${STORE_URL#*:}" --all-tables-with-prefix --skip-columns=guid --quiet
  echo "address: changed"
fi
wp option update storewright_url "$STORE_URL" >/dev/null

if [ "$(wp option get storewright_admin_reset 2>/dev/null || echo 0)" -lt "$(setting admin-reset)" ]; then
  wp user update "$user" --skip-email --prompt=user_pass </secrets/admin/password >/dev/null
  wp option update storewright_admin_reset "$(setting admin-reset)" >/dev/null
  echo "admin: password reset"
fi
wp option update storewright_release "${RELEASE:?}" >/dev/null
echo "release: $RELEASE"
