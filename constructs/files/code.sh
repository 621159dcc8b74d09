#!/usr/bin/env bash
# Lays WordPress out in /code/html: core from the image, checked zips, our configuration, mount points.
# Runs as uid 33, which must own the folder it unpacks into; the kubelet would make it root's.
# STORE_CODE: download, baked (the image holds all code) or writable (wp-content lies on the volume, and what is
# there stays as the merchant left it). STORE_CACHE=1: the object cache's drop-in is put in place.
# Mounts: /code, /vol, /tmp, /scripts, /settings (components.tsv), /config. Exit 1: a zip is not what Git declares.
set -eu -o pipefail
html=/code/html
mkdir -p "$html"
cp -R --preserve=mode,timestamps /usr/src/wordpress/. "$html/"
content=$html/wp-content
if [ "${STORE_CODE:?}" = writable ]; then
  content=/vol/content
  mkdir -p "$content/uploads"
  # Only what is not there: themes and plugins of the image, once.
  cp -R --preserve=mode,timestamps --no-clobber "$html/wp-content/." "$content/"
else
  mkdir -p /vol/uploads
fi
echo "core: copied"

# fetch KIND SLUG VERSION SHA256 URL
fetch() {
  local kind=$1 slug=$2 version=$3 expected=$4 url=$5 zip=/tmp/component.zip actual
  if ! curl -fsSL --proto '=https' --retry 5 --retry-all-errors --max-time 120 -o "$zip" "$url"; then
    echo "$slug $version: cannot be fetched" >&2
    exit 1
  fi
  actual=$(sha256sum "$zip" | cut -d' ' -f1)
  if [ "$actual" != "$expected" ]; then
    echo "$slug $version: checksum mismatch, expected $expected, got $actual" >&2
    exit 1
  fi
  # No file of a plugin has 128 MiB, whatever the archive says of itself.
  (ulimit -f 131072 && php /scripts/unzip.php "$zip" "$content/${kind}s" "$slug")
  rm -f "$zip"
  echo "$kind $slug $version: unpacked"
}

if [ "$STORE_CODE" != baked ]; then
  while IFS=$'\t' read -r kind slug version sha256 url; do
    if [ "$STORE_CODE" = writable ] && [ -e "$content/${kind}s/$slug" ]; then
      echo "$kind $slug: is the merchant's"
      continue
    fi
    fetch "$kind" "$slug" "$version" "$sha256" "$url"
  done </settings/components.tsv
fi

[ -e "$html/wp-config.php" ] || cp "$html/wp-config-docker.php" "$html/wp-config.php"
# PHP's code cache leaves out files of time 0 (php-src, ext/opcache/ZendAccelerator.c), which is what reproducible image
# builds write. Every page would compile all of WordPress: five times the processor time, three times the memory.
find "$html" "$content" -type f ! -newermt 1970-01-02 -exec touch -d 1970-01-02 {} +
mkdir -p "$content/mu-plugins" "$content/uploads"
cp /config/storewright.php "$content/mu-plugins/storewright.php"
if [ ! -e "$content/db.php" ] || grep -q StorewrightDatabase "$content/db.php"; then
  cp /config/db.php "$content/db.php"
fi

# A drop-in that the merchant put on the volume is not ours to replace or remove.
dropin=$content/plugins/redis-cache/includes/object-cache.php
mark=$content/.storewright-object-cache
if [ "${STORE_CACHE:-0}" = 1 ] && [ -e "$dropin" ]; then
  cp "$dropin" "$content/object-cache.php"
  : >"$mark"
  echo "cache: drop-in placed"
elif [ "${STORE_CACHE:-0}" = 1 ]; then
  echo "cache: not used, this code has no plugin redis-cache" >&2
elif [ -e "$mark" ]; then
  rm -f "$content/object-cache.php" "$mark"
  echo "cache: drop-in removed"
fi
echo "code: ready"
