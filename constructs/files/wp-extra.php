// Evaluated inside wp-config.php, by WP-CLI twice: no opening tag, every constant guarded.
// STORE_URL, HTTPS_EGRESS=0 or 1; STORE_WRITABLE=1: the merchant may change code; WP_REDIS_HOST: there is a cache.
foreach ([
  'WP_HOME' => getenv('STORE_URL'),
  'WP_SITEURL' => getenv('STORE_URL'),
  'DISALLOW_FILE_MODS' => getenv('STORE_WRITABLE') !== '1',
  'AUTOMATIC_UPDATER_DISABLED' => true,
  'DISABLE_WP_CRON' => true,
  // Without it read-only code makes wp-cron.php die.
  'FS_METHOD' => 'direct',
  'FORCE_SSL_ADMIN' => str_starts_with((string) getenv('STORE_URL'), 'https:'),
  // Dropped packets would hang every page that asks the internet.
  'WP_HTTP_BLOCK_EXTERNAL' => getenv('HTTPS_EGRESS') === '0',
  // A cache that is gone must not take the shop with it.
  ...(getenv('WP_REDIS_HOST') ? [
    'WP_REDIS_HOST' => getenv('WP_REDIS_HOST'),
    'WP_REDIS_CLIENT' => 'predis',
    'WP_REDIS_GRACEFUL' => true,
  ] : []),
] as $constant => $value) {
  defined($constant) || define($constant, $value);
}
