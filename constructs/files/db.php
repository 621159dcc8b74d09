<?php
// Drop-in of WordPress: asks again until the request is 7 s old when the database does not let it in, so that a restart
// or a rotation is a slow page, not a failed one. Less than the 8 s of ready.sh, which must get an answer at a start.
class StorewrightDatabase extends wpdb
{
  public function db_connect($allow_bail = true)
  {
    // Packets to a pod that is gone are dropped: the kernel would ask again after 1, 3 and 7 s.
    $timeout = ini_set('default_socket_timeout', '1');
    do {
      $last = microtime(true) > $_SERVER['REQUEST_TIME_FLOAT'] + 7;
      $connected = parent::db_connect($last && $allow_bail);
    } while (!$connected && !$last && !usleep(250000));
    ini_set('default_socket_timeout', $timeout);
    return $connected;
  }
}
$wpdb = new StorewrightDatabase(DB_USER, DB_PASSWORD, DB_NAME, DB_HOST);
