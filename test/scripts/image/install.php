<?php
// Installs WordPress without WP-CLI: `php install.php`.
define('WP_INSTALLING', true);
require '/var/www/html/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter('pre_wp_mail', '__return_true');
wp_install('Shop', 'ada', 'ada@shop.example.com', true, '', 'not-a-secret');
