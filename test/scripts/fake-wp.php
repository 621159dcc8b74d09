<?php
// A fake WP-CLI for the set-up Job that stores the shop in one JSON file. It supports only the commands of init.sh and
// fails where the real programs fail. A missing call or a wrong order shows in its exit code or in the shop:
// - Before `core install` every command fails (WP-CLI 2.12, "The site you have requested is not installed").
// - `wc` is a command of WooCommerce. It and its PHP functions are unknown until the plugin is active.
// - A plugin can be activated only if its folder exists.
// - The first page that an administrator opens adds woocommerce_coming_soon=yes, unless the option exists
//   (WooCommerce 9.9.5, includes/class-wc-install.php, newly_installed and add_coming_soon_option).
// - `wc hpos enable` fails once there are orders (src/Database/Migrations/CustomOrderTable/CLIRunner.php).
// `visitor` and `merchant` are commands of the tests for actions of people on the shop.
// KILL_AT=N: the Nth call kills the set-up script after taking effect.

const STATE = '/state/shop.json';
const PLUGINS = '/var/www/html/wp-content/plugins';
const FRESH = [
  'calls' => [],
  'installed' => false,
  'options' => [],
  'orders' => [],
  'pages' => [],
  'plugins' => [],
  'posts' => [],
  'products' => [],
  'rewriteRules' => 0,
  'themes' => [],
  'users' => [],
];

$shop = is_file(STATE) ? json_decode(file_get_contents(STATE), true) : FRESH;
[$words, $flags] = parse(array_slice($argv, 1));
$outside = in_array($words[0] ?? '', ['visitor', 'merchant'], true);
if (!$outside) {
  $shop['calls'][] = implode(' ', array_slice($argv, 1));
}
$killed = !$outside && (int) getenv('KILL_AT') === count($shop['calls']);
register_shutdown_function(function () use ($killed) {
  save();
  if ($killed) {
    kill();
  }
});
run($words, $flags);
exit(0);

function parse(array $arguments): array
{
  $words = $flags = [];
  foreach ($arguments as $argument) {
    if (preg_match('/^--([a-z_-]+)(?:=(.*))?$/s', $argument, $match)) {
      $flags[$match[1]] = $match[2] ?? true;
    } else {
      $words[] = $argument;
    }
  }
  return [$words, $flags];
}

function save(): void
{
  global $shop;
  file_put_contents(STATE . '.new', json_encode($shop, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE));
  rename(STATE . '.new', STATE);
}

/**
 * Kills only the calling set-up script: each `bash /scripts/init.sh` among the ancestors of this
 * process, by its id.
 */
function kill(): never
{
  $ids = [];
  for ($id = getmypid(); ; $id = $ids[0]) {
    $stat = file_get_contents("/proc/$id/stat");
    $parent = (int) explode(' ', substr($stat, strrpos($stat, ')') + 2))[1];
    $words = explode("\0", (string) @file_get_contents("/proc/$parent/cmdline"));
    if ($parent <= 1 || array_slice($words, 0, 2) !== ['bash', '/scripts/init.sh']) {
      break;
    }
    array_unshift($ids, $parent);
  }
  if ($ids !== []) {
    exec('kill -KILL ' . implode(' ', $ids));
  }
  exit(137);
}

function fail(string $message, int $code = 1): never
{
  fwrite(STDERR, "Error: $message\n");
  exit($code);
}

/** Fails for an unknown flag of the command, and for a missing required one. */
function only(array $flags, array $known): void
{
  $unknown = array_diff(array_keys($flags), $known);
  if ($unknown !== []) {
    fail('unknown --' . implode(' --', $unknown) . ' parameter');
  }
}

function prompted(array $flags, string $name): string
{
  if (($flags['prompt'] ?? null) !== $name) {
    fail("this shop takes $name by --prompt alone");
  }
  $value = rtrim((string) fgets(STDIN), "\n");
  // The real command also prints itself with the value to standard output.
  echo "wp --$name='$value'\n";
  return $value !== '' ? $value : fail("no $name on standard input");
}

function run(array $words, array $flags): void
{
  global $shop;
  [$group, $verb, $first, $second] = $words + ['', '', '', ''];
  if ("$group $verb" === 'visitor get') {
    echo storeApi();
    return;
  }
  if ("$group $verb" !== 'core install' && !$shop['installed']) {
    // `core is-installed` prints nothing.
    "$group $verb" === 'core is-installed' ? exit(1) : fail('The site you have requested is not installed.');
  }
  if ($group === 'wc' && !active('woocommerce')) {
    fail("'wc' is not a registered wp command.");
  }
  switch ("$group $verb") {
    case 'core is-installed':
      return;
    case 'core install':
      install($flags);
      return;
    case 'core update-db':
      $shop['options']['db_version'] = 'current';
      return;
    case 'option get':
      only($flags, ['format']);
      if (!array_key_exists($first, $shop['options'])) {
        fail("Could not get '$first' option. Does it exist?");
      }
      $value = $shop['options'][$first];
      echo isset($flags['format']) || is_array($value) ? json_encode($value) : $value, "\n";
      return;
    case 'option update':
      count($words) === 4 || fail('usage: wp option update <key> <value>');
      update_option($first, $second);
      echo "Success: Updated '$first' option.\n";
      return;
    case 'plugin is-active':
      active($first) ? exit(0) : exit(1);
    case 'plugin activate':
      activate($first);
      return;
    case 'theme is-active':
      in_array($first, $shop['themes'], true) ? exit(0) : exit(1);
    case 'theme activate':
      $shop['themes'] = [$first];
      return;
    case 'user update':
      only($flags, ['skip-email', 'prompt']);
      isset($shop['users'][$first]) || fail("Invalid user ID, email or login: '$first'");
      $shop['users'][$first]['password'] = prompted($flags, 'user_pass');
      return;
    case 'wc update':
      $shop['options']['woocommerce_db_version'] = version('woocommerce');
      return;
    case 'wc hpos':
      $shop['orders'] === [] || fail('HPOS pre-checks failed, please see the errors above');
      update_option('woocommerce_custom_orders_table_enabled', 'yes');
      return;
    case 'visitor buy':
      buy($first);
      return;
    case 'merchant log-in':
      logIn($first, $second);
      return;
    case 'merchant delete':
      $shop['products'] = array_values(array_filter($shop['products'], fn ($each) => $each['sku'] !== $first));
      return;
  }
  if ($group === 'eval-file' && count($words) === 2) {
    defineWooCommerce();
    require $verb;
    return;
  }
  if ($group === 'search-replace' && count($words) === 3) {
    only($flags, ['all-tables-with-prefix', 'skip-columns', 'quiet']);
    searchReplace($verb, $first, $flags);
    return;
  }
  fail("this shop does not know 'wp " . implode(' ', $words) . "'");
}

function install(array $flags): void
{
  global $shop;
  if ($shop['installed']) {
    echo "WordPress is already installed.\n";
    return;
  }
  only($flags, ['url', 'title', 'admin_user', 'admin_email', 'locale', 'skip-email', 'prompt']);
  foreach (['url', 'title', 'admin_user', 'admin_email', 'skip-email'] as $needed) {
    ($flags[$needed] ?? '') !== '' || fail("missing --$needed parameter");
  }
  filter_var($flags['admin_email'], FILTER_VALIDATE_EMAIL) || fail('The email address is invalid.');
  $shop['users'][$flags['admin_user']] = [
    'email' => $flags['admin_email'],
    'password' => prompted($flags, 'admin_password'),
  ];
  $shop['installed'] = true;
  $shop['options'] = [
    'siteurl' => $flags['url'],
    'home' => $flags['url'],
    'blogname' => $flags['title'],
    'WPLANG' => $flags['locale'] ?? '',
  ];
  $shop['posts'][] = ['content' => "{$flags['url']}/wp-admin/", 'guid' => "{$flags['url']}/?p=1"];
}

function active(string $slug): bool
{
  global $shop;
  return in_array($slug, $shop['plugins'], true);
}

function version(string $slug): string
{
  return trim((string) @file_get_contents(PLUGINS . "/$slug/version"));
}

function activate(string $slug): void
{
  global $shop;
  is_dir(PLUGINS . "/$slug") || fail("The '$slug' plugin could not be found.");
  if (active($slug)) {
    fwrite(STDERR, "Warning: Plugin '$slug' is already active.\n");
    return;
  }
  $shop['plugins'][] = $slug;
  if ($slug !== 'woocommerce' || isset($shop['options']['woocommerce_version'])) {
    return;
  }
  $shop['options']['woocommerce_version'] = version($slug);
  $shop['options']['woocommerce_db_version'] = version($slug);
  $shop['options']['woocommerce_newly_installed'] = 'yes';
  $shop['pages'] = ['shop', 'cart', 'checkout', 'my-account'];
}

function searchReplace(string $from, string $to, array $flags): void
{
  global $shop;
  $skipped = explode(',', (string) ($flags['skip-columns'] ?? ''));
  $replace = fn ($value) => is_string($value) ? str_replace($from, $to, $value) : $value;
  array_walk_recursive($shop['options'], function (&$value) use ($replace) {
    $value = $replace($value);
  });
  foreach ($shop['posts'] as &$post) {
    foreach ($post as $column => $value) {
      $post[$column] = in_array($column, $skipped, true) ? $value : $replace($value);
    }
  }
}

/** Status of `/?rest_route=/wc/store/v1/products`. */
function storeApi(): int
{
  global $shop;
  return $shop['installed'] ? (active('woocommerce') ? 200 : 404) : 302;
}

/** A purchase with cash on delivery: prints the order, or fails with the obstacle. */
function buy(string $sku): void
{
  global $shop;
  storeApi() === 200 || fail('WooCommerce is not active');
  get_option('woocommerce_coming_soon') !== 'yes' || fail('the shop shows its "coming soon" page');
  $products = array_filter(
    $shop['products'],
    fn ($each) => $each['sku'] === $sku && $each['status'] === 'publish' && (float) $each['price'] > 0,
  );
  $products !== [] || fail("no product $sku for sale");
  $cod = get_option('woocommerce_cod_settings', []);
  (is_array($cod) && ($cod['enabled'] ?? '') === 'yes') || fail('no payment method is available');
  $own = get_option('woocommerce_custom_orders_table_enabled') === 'yes';
  $order = [
    'status' => 'processing',
    'total' => array_values($products)[0]['price'],
    'currency' => get_option('woocommerce_currency', 'USD'),
    'table' => $own ? 'wc_orders' : 'posts',
  ];
  $shop['orders'][] = $order;
  echo json_encode($order);
}

function logIn(string $login, string $password): void
{
  global $shop;
  ($shop['users'][$login]['password'] ?? null) === $password || fail('The password is incorrect.');
  if (get_option('woocommerce_newly_installed') === 'yes') {
    $shop['options'] += ['woocommerce_coming_soon' => 'yes', 'woocommerce_store_pages_only' => 'yes'];
    $shop['options']['woocommerce_newly_installed'] = 'no';
  }
}

function get_option(string $name, $default = false)
{
  global $shop;
  return $shop['options'][$name] ?? $default;
}

function update_option(string $name, $value): bool
{
  global $shop;
  $before = $shop['options'][$name] ?? null;
  $shop['options'][$name] = $value;
  return $before !== $value;
}

function flush_rewrite_rules(bool $hard = true): void
{
  global $shop;
  $shop['rewriteRules'] += 1;
}

/** Functions and classes of WooCommerce, which exist while the plugin is active. */
function defineWooCommerce(): void
{
  if (!active('woocommerce')) {
    return;
  }
  function wc_get_product_id_by_sku(string $sku): int
  {
    global $shop;
    $found = array_search($sku, array_column($shop['products'], 'sku'), true);
    return $found === false ? 0 : $found + 1;
  }
  class WC_Product_Simple
  {
    private array $facts = ['name' => '', 'sku' => '', 'price' => '', 'status' => 'publish'];
    public function set_name(string $value): void { $this->facts['name'] = $value; }
    public function set_sku(string $value): void { $this->facts['sku'] = $value; }
    public function set_regular_price(string $value): void { $this->facts['price'] = $value; }
    public function set_status(string $value): void { $this->facts['status'] = $value; }
    public function save(): int
    {
      global $shop;
      if ($this->facts['sku'] !== '' && wc_get_product_id_by_sku($this->facts['sku']) !== 0) {
        fail('Invalid or duplicated SKU.');
      }
      $shop['products'][] = $this->facts;
      return count($shop['products']);
    }
  }
}
