<?php
// The parts of the WordPress image's wp-config-docker.php that a store uses: values from files,
// X-Forwarded-Proto, and the store's own constants evaluated. Source: docker-library/wordpress
// wp-config-docker.php, 2026-11.
$from = fn (string $name) => rtrim((string) file_get_contents((string) getenv("{$name}_FILE")), "\r\n");
define('DB_NAME', getenv('WORDPRESS_DB_NAME'));
define('DB_USER', getenv('WORDPRESS_DB_USER'));
define('DB_PASSWORD', $from('WORDPRESS_DB_PASSWORD'));
define('DB_HOST', getenv('WORDPRESS_DB_HOST'));
define('DB_CHARSET', 'utf8');
define('DB_COLLATE', '');
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $kind) {
    define("{$kind}_KEY", $from("WORDPRESS_{$kind}_KEY"));
    define("{$kind}_SALT", $from("WORDPRESS_{$kind}_SALT"));
}
$table_prefix = 'wp_';
if (str_contains($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '', 'https')) {
    $_SERVER['HTTPS'] = 'on';
}
eval(file_get_contents((string) getenv('WORDPRESS_CONFIG_EXTRA_FILE')));
defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
