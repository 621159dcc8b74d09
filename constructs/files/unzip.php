<?php
// php unzip.php ZIP FOLDER SLUG: unpacks into FOLDER/SLUG, whole or not at all, and replaces what was there. Every entry
// must be a plain file or folder below SLUG/; an archive with anything else is refused before a byte is written.
// At most 20,000 entries and 512 MiB by the archive's own word; code.sh bounds each file, should that be a lie.
// Exit 1: refused, with the entry's number (its name is not printed: it may hold anything).
[, $file, $folder, $slug] = $argv;
$partial = "$folder/.$slug.partial";

function remove(string $path): void
{
  exec('rm -rf ' . escapeshellarg($path));
}

function refuse(string $why): never
{
  global $slug, $partial;
  remove($partial);
  fwrite(STDERR, "$slug: $why\n");
  exit(1);
}

$zip = new ZipArchive();
if (@$zip->open($file, ZipArchive::RDONLY) !== true || $zip->numFiles === 0 || $zip->numFiles > 20000) {
  refuse('not a zip archive of 1 to 20000 entries');
}
$left = 512 << 20;
for ($i = 0; $i < $zip->numFiles; $i++) {
  ['name' => $name, 'size' => $size] = $zip->statIndex($i);
  $parts = explode('/', rtrim($name, '/'));
  // Upper 16 bits are the Unix mode: a link, a device and a pipe have a type of their own.
  $zip->getExternalAttributesIndex($i, $system, $attributes);
  if (
    $parts[0] !== $slug
    || ($parts === [$slug] && $name !== "$slug/")
    || array_intersect($parts, ['', '.', '..']) !== []
    || preg_match('/[\x00-\x1f\x7f\\\\]/', $name) === 1
    || !in_array(($attributes >> 16) & 0170000, [0, 0040000, 0100000], true)
  ) {
    refuse("refused entry $i of the archive");
  }
  $sizes[$name] = $size;
  if (($left -= $size) < 0) {
    refuse('unpacks to more than 512 MiB');
  }
}
remove($partial);
if (!@$zip->extractTo($partial)) {
  refuse('cannot be unpacked');
}
// A full disk and a damaged entry only make a file shorter.
foreach ($sizes as $name => $size) {
  if (is_file("$partial/$name") && filesize("$partial/$name") !== $size) {
    refuse('cannot be unpacked');
  }
}
remove("$folder/$slug");
rename("$partial/$slug", "$folder/$slug");
rmdir($partial);
