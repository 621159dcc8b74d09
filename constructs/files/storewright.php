<?php
/**
 * Plugin Name: Storewright
 * Description: Rules of the platform; part of the rendered store.
 */

// The list of users names the admin to anyone who asks.
add_filter('rest_endpoints', function (array $endpoints): array {
    if (!is_user_logged_in()) {
        unset($endpoints['/wp/v2/users'], $endpoints['/wp/v2/users/(?P<id>[\d]+)']);
    }
    return $endpoints;
});
