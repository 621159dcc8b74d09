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

// Order mails go out by the operator's Secret, mounted as files; without it nothing changes.
add_action('phpmailer_init', function ($mailer): void {
  $value = fn (string $key): string => trim((string) @file_get_contents("/secrets/smtp/$key"));
  if ($value('host') === '') {
    return;
  }
  $mailer->isSMTP();
  $mailer->Host = $value('host');
  $mailer->Port = (int) ($value('port') ?: 587);
  // `secure`: tls (STARTTLS, the default), ssl, or none.
  $mailer->SMTPSecure = ['ssl' => 'ssl', 'none' => ''][$value('secure')] ?? 'tls';
  $mailer->SMTPAutoTLS = $value('secure') !== 'none';
  $mailer->Timeout = 15;
  $mailer->SMTPAuth = $value('username') !== '';
  $mailer->Username = $value('username');
  $mailer->Password = $value('password');
  if ($value('from') !== '') {
    $mailer->setFrom($value('from'), get_bloginfo('name'), false);
  }
});

// A copy of a shop must reach nobody: no mail, no webhook, no payment, no search engine.
if (getenv('STORE_QUARANTINE') === '1') {
  add_filter('pre_wp_mail', '__return_false');
  add_filter('woocommerce_webhook_should_deliver', '__return_false');
  add_filter('woocommerce_available_payment_gateways', '__return_empty_array');
  add_filter('pre_option_blog_public', fn () => '0');
  add_filter('wp_robots', 'wp_robots_no_robots');
}
