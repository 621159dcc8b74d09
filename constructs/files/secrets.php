<?php
// Makes the Secrets of this namespace once; a raised revision gives one of them a new password and keeps the last
// beside it. Logs names and outcomes, never a value. Values are hexadecimal, so that nothing needs quoting anywhere.
$namespace = getenv('STORE_NAMESPACE');
$base = 'https://' . getenv('KUBERNETES_SERVICE_HOST') . ':' . getenv('KUBERNETES_SERVICE_PORT');

/** @return array{int, array} status and body */
function call(string $method, string $path, ?array $body = null): array
{
  global $base, $namespace;
  $context = stream_context_create([
    'http' => [
      'method' => $method,
      'header' => [
        'Authorization: Bearer ' . trim(file_get_contents('/token/token')),
        'Content-Type: application/json',
      ],
      'content' => $body === null ? '' : json_encode($body),
      'ignore_errors' => true,
      'timeout' => 10,
    ],
    'ssl' => ['cafile' => '/token/ca.crt', 'peer_name' => 'kubernetes.default.svc'],
  ]);
  $text = @file_get_contents("$base/api/v1/namespaces/$namespace/secrets$path", false, $context);
  $status = (int) (explode(' ', $http_response_header[0] ?? '')[1] ?? 0);
  return [$status, json_decode((string) $text, true) ?? []];
}

function stop(string $name, string $what, int $status): never
{
  fwrite(STDERR, "$name: cannot $what, the API server answers $status\n");
  exit(1);
}

/** Raises the revision of an existing Secret; an equal or higher one is kept. */
function rotate(string $name, int $wanted): void
{
  [$status, $found] = call('GET', "/$name");
  if ($status !== 200) {
    stop($name, 'read it', $status);
  }
  $revision = (int) base64_decode($found['data']['revision'] ?? '');
  if ($revision >= $wanted) {
    echo "$name: kept\n";
    return;
  }
  $found['data']['previous-password'] = $found['data']['password'];
  $found['data']['password'] = base64_encode(bin2hex(random_bytes(16)));
  $found['data']['revision'] = base64_encode((string) $wanted);
  [$status] = call('PUT', "/$name", $found);
  if ($status !== 200) {
    stop($name, 'rotate it', $status);
  }
  echo "$name: rotated\n";
}

function make(string $name, array $values, ?int $revision): void
{
  [$status] = call('POST', '', [
    'apiVersion' => 'v1',
    'kind' => 'Secret',
    'metadata' => ['name' => $name, 'labels' => ['storewright.dev/store' => getenv('STORE_NAME')]],
    'immutable' => $revision === null,
    'stringData' => $values,
  ]);
  if ($status === 201) {
    echo "$name: made\n";
  } elseif ($status !== 409) {
    stop($name, 'make it', $status);
  } elseif ($revision === null) {
    echo "$name: kept\n";
  } else {
    rotate($name, $revision);
  }
}

$database = (int) getenv('CREDENTIALS_REVISION');
$admin = (int) getenv('ADMIN_REVISION');
$salts = explode(' ', 'auth-key secure-auth-key logged-in-key nonce-key auth-salt secure-auth-salt logged-in-salt nonce-salt');
make('db-credentials', [
  'root-password' => bin2hex(random_bytes(16)),
  'password' => bin2hex(random_bytes(16)),
  'revision' => (string) $database,
], $database);
make('wp-salts', array_combine($salts, array_map(fn () => bin2hex(random_bytes(32)), $salts)), null);
make('wp-admin', ['password' => bin2hex(random_bytes(16)), 'revision' => (string) $admin], $admin);
