<?php
// php unzip.php ZIP FOLDER SLUG: unpacks into FOLDER. Every entry must lie below SLUG/; anything else is refused
// before a byte is written.
[, $file, $folder, $slug] = $argv;
$zip = new ZipArchive();
if ($zip->open($file) !== true) {
    fwrite(STDERR, "$slug: not a zip archive\n");
    exit(1);
}
for ($i = 0; $i < $zip->numFiles; $i++) {
    $name = $zip->getNameIndex($i);
    $parts = explode('/', $name);
    $bad = $parts[0] !== $slug || in_array('..', $parts, true) || str_contains($name, '\\') || str_contains($name, "\0");
    // Upper 16 bits are the Unix mode; 0120000 is a symbolic link.
    $zip->getExternalAttributesIndex($i, $system, $attributes);
    $link = $system === ZipArchive::OPSYS_UNIX && (($attributes >> 16) & 0170000) === 0120000;
    if ($bad || $link) {
        fwrite(STDERR, "$slug: refused entry $i of the archive\n");
        exit(1);
    }
}
if ($zip->numFiles === 0 || !$zip->extractTo($folder)) {
    fwrite(STDERR, "$slug: cannot unpack\n");
    exit(1);
}
