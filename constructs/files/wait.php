<?php
// php wait.php --for=db: until the shop's user can log in and the server is of the expected version (600 s).
// php wait.php --for=release: until set-up has finished for this release. Never installed: 900 s, then exit 1.
// An older release present: 300 s, then go on, because an older schema serves better than nothing.
mysqli_report(MYSQLI_REPORT_OFF);
$for = substr($argv[1] ?? '', strlen('--for='));
$schema = getenv('DB_SCHEMA');
$release = getenv('RELEASE');

function connect(): ?mysqli
{
  $password = @file_get_contents('/secrets/db/password');
  if ($password === false) {
    return null;
  }
  $link = mysqli_init();
  $link->options(MYSQLI_OPT_CONNECT_TIMEOUT, 3);
  return @$link->real_connect('mariadb', 'wordpress', $password, 'wordpress') ? $link : null;
}

function value(mysqli $link, string $query): ?string
{
  return (@$link->query($query) ?: null)?->fetch_row()[0] ?? null;
}

$began = time();
$said = '';
for (;;) {
  $waited = time() - $began;
  $link = connect();
  $now = 'the database does not answer';
  if ($link !== null && $for === 'db') {
    $version = value($link, 'SELECT VERSION()') ?? '';
    if (str_starts_with($version, "$schema.")) {
      echo "database: $version\n";
      exit(0);
    }
    $now = "the database is $version, $schema is expected";
  } elseif ($link !== null) {
    $have = value($link, "SELECT option_value FROM wp_options WHERE option_name = 'storewright_release'");
    if ($have === $release) {
      echo "release: $release\n";
      exit(0);
    }
    $now = $have === null ? 'set-up has not finished' : "set-up of $release has not finished, $have is there";
    if ($have !== null && $waited >= 300) {
      echo "release: going on with $have\n";
      exit(0);
    }
  }
  if ($now !== $said) {
    echo "waiting: $now\n";
    $said = $now;
  }
  if ($waited >= ($for === 'db' ? 600 : 900)) {
    fwrite(STDERR, "gave up: $now\n");
    exit(1);
  }
  usleep(250_000);
}
