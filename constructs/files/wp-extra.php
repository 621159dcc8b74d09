// Evaluated inside wp-config.php, by WP-CLI twice: no opening tag, every constant guarded.
defined('WP_HOME') || define('WP_HOME', getenv('STORE_URL'));
defined('WP_SITEURL') || define('WP_SITEURL', getenv('STORE_URL'));
defined('DISALLOW_FILE_MODS') || define('DISALLOW_FILE_MODS', getenv('STORE_WRITABLE') !== '1');
defined('AUTOMATIC_UPDATER_DISABLED') || define('AUTOMATIC_UPDATER_DISABLED', true);
defined('DISABLE_WP_CRON') || define('DISABLE_WP_CRON', true);
// Without it read-only code makes wp-cron.php die.
defined('FS_METHOD') || define('FS_METHOD', 'direct');
defined('FORCE_SSL_ADMIN') || define('FORCE_SSL_ADMIN', str_starts_with((string) getenv('STORE_URL'), 'https:'));
// Dropped packets would hang every page that asks the internet.
defined('WP_HTTP_BLOCK_EXTERNAL') || define('WP_HTTP_BLOCK_EXTERNAL', getenv('HTTPS_EGRESS') === '0');
// Object cache, when the store has one; a cache that is gone must not take the shop with it.
if (getenv('WP_REDIS_HOST')) {
    defined('WP_REDIS_HOST') || define('WP_REDIS_HOST', getenv('WP_REDIS_HOST'));
    defined('WP_REDIS_CLIENT') || define('WP_REDIS_CLIENT', 'predis');
    defined('WP_REDIS_GRACEFUL') || define('WP_REDIS_GRACEFUL', true);
}
