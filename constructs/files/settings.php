<?php
// Applies the declared settings. One is applied only when its declared value differs from the one applied last,
// so an upgrade never resets what the merchant changed, nor brings a deleted sample product back.
$applied = get_option('storewright_applied', []);
$apply = [
  'country' => fn ($v) => update_option('woocommerce_default_country', $v),
  'currency' => fn ($v) => update_option('woocommerce_currency', $v),
  'locale' => fn ($v) => update_option('WPLANG', $v === 'en_US' ? '' : $v),
  'timezone' => fn ($v) => update_option('timezone_string', $v),
  'title' => fn ($v) => update_option('blogname', $v),
  'sample-product' => fn ($v) => $v === '1' ? sample_product() : null,
];

function sample_product(): void
{
  if (wc_get_product_id_by_sku('storewright-sample') !== 0) {
    return;
  }
  $product = new WC_Product_Simple();
  $product->set_name('Sample Product');
  $product->set_sku('storewright-sample');
  $product->set_regular_price('19.99');
  $product->set_status('publish');
  $product->save();
  echo "product: Sample Product 19.99\n";
}

$declared = [];
foreach ($apply as $name => $set) {
  $value = rtrim(file_get_contents("/settings/$name"), "\n");
  if (($applied[$name] ?? null) !== $value) {
    $set($value);
    echo "setting $name: applied\n";
  }
  $declared[$name] = $value;
}
if ($applied === []) {
  update_option('permalink_structure', '/%postname%/');
  flush_rewrite_rules(false);
  update_option('woocommerce_onboarding_profile', ['skipped' => true]);
  $cod = get_option('woocommerce_cod_settings', []);
  update_option('woocommerce_cod_settings', ['enabled' => 'yes'] + (is_array($cod) ? $cod : []));
  echo "shop: permalinks, Cash on Delivery\n";
}
update_option('storewright_applied', $declared);
