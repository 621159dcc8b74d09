#!/usr/bin/env bash
# Lays WordPress out in /code/html: core from the image, checked zips, our configuration, mount points.
# Runs as uid 33, which must own the folder it unpacks into; the kubelet would make it root's.
set -eu -o pipefail
html=/code/html
mkdir -p "$html" /vol/uploads
cp -R --preserve=mode,timestamps /usr/src/wordpress/. "$html/"
echo "core: copied"

# fetch KIND SLUG VERSION SHA256 URL
fetch() {
  local kind=$1 slug=$2 version=$3 expected=$4 url=$5 zip=/tmp/component.zip actual
  curl -fsS --proto '=https' --retry 5 --retry-all-errors --max-time 120 -o "$zip" "$url"
  actual=$(sha256sum "$zip" | cut -d' ' -f1)
  if [ "$actual" != "$expected" ]; then
    echo "$slug $version: checksum mismatch, expected $expected, got $actual" >&2
    exit 1
  fi
  php /scripts/unzip.php "$zip" "$html/wp-content/${kind}s" "$slug"
  rm -f "$zip"
  echo "$kind $slug $version: unpacked"
}

if [ "${STORE_CODE:?}" = download ]; then
  while IFS=$'\t' read -r kind slug version sha256 url; do
    fetch "$kind" "$slug" "$version" "$sha256" "$url"
  done </settings/components.tsv
fi

[ -e "$html/wp-config.php" ] || cp "$html/wp-config-docker.php" "$html/wp-config.php"
mkdir -p "$html/wp-content/mu-plugins" "$html/wp-content/uploads"
cp /config/storewright.php "$html/wp-content/mu-plugins/storewright.php"
echo "code: ready"
