<?php
// Before each request: ends this process after it when earlier requests left more than STORE_WORKER_KEEP MiB in it.
// PHP keeps memory for the next request, and C libraries rarely give any back. Apache starts another process.
(function (): void {
  // Pages of 4 KiB: in memory, and of those shared with files or other processes.
  [, $resident, $shared] = explode(' ', (string) file_get_contents('/proc/self/statm'));
  if (($resident - $shared) >> 8 > (int) getenv('STORE_WORKER_KEEP') && function_exists('posix_kill')) {
    // SIGUSR1, by number since its name is in another extension: Apache's process ends when it has answered.
    posix_kill(getmypid(), 10);
  }
})();
