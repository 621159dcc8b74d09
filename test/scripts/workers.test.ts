import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pod, Volumes } from './pod.ts'
import { cannotRun, unless } from './programs.ts'
import { startApache, type Web, WEB_ENV, webPod, webVolumes } from './web.ts'

const WORKERS = Number(WEB_ENV.STORE_WORKERS)
const KEEP = 40

const FILES: Record<string, string> = {
  'index.php': '<?php',
  'wp-login.php': '<?php echo getmypid();',
  'slow.php': '<?php sleep(4); echo getmypid();',
  // Small allocations, because PHP keeps their memory for the next request but returns one large
  // block at once.
  'grow.php':
    '<?php for ($i = 0; $i < 60000; $i++) { $kept[] = str_repeat(chr($i), 1000); } echo getmypid();',
  'limit.php': '<?php ini_set("memory_limit", "512M"); str_repeat("x", 120 << 20); echo "over";',
  'wp-includes/images/blank.gif': 'GIF89a',
  'wp-content/uploads/2026/photo one.jpg': 'JPEG',
  'wp-content/uploads/2026/broken.jpg/x.txt': 'text',
}

/**
 * Opens connections inside the pod that send only these bytes, and prints `open` once all are open.
 */
const IDLE = (count: number, bytes: string) =>
  `for ($i = 0; $i < ${count}; $i++) { $c[$i] = fsockopen("127.0.0.1", 8080); fwrite($c[$i], base64_decode("${Buffer.from(bytes).toString('base64')}")); }` +
  ' echo "open\\n"; sleep(60);'
/** Sends this many slow requests at once, and prints the count of each status after six seconds. */
const ASK_AT_ONCE = (count: number) =>
  `for ($i = 0; $i < ${count}; $i++) { $c[$i] = fsockopen("127.0.0.1", 8080); fwrite($c[$i], "GET /slow.php HTTP/1.0\\r\\nHost: shop.example.com\\r\\n\\r\\n"); }` +
  ' sleep(6); foreach ($c as $one) { stream_set_blocking($one, false); $status = substr((string) fread($one, 64), 9, 3);' +
  ' $seen[$status] = ($seen[$status] ?? 0) + 1; } echo json_encode($seen);'
const REQUEST = 'GET /wp-login.php HTTP/1.1\r\nHost: shop.example.com\r\n'

/** Prints the private memory of each process of Apache, in MiB. */
const ANONYMOUS =
  'foreach (glob("/proc/[0-9]*/comm") as $file) { if (trim(@file_get_contents($file)) !== "apache2") continue;' +
  ' [, $all, $shared] = explode(" ", file_get_contents(dirname($file) . "/statm")); echo ($all - $shared) >> 8, "\n"; }'

describe.skipIf(cannotRun !== null)(`PHP workers behind the web server${unless}`, () => {
  let volumes: Volumes
  let pod: Pod
  let web: Web

  beforeAll(async () => {
    if (cannotRun !== null) return
    volumes = await webVolumes()
    for (const [name, content] of Object.entries(FILES)) {
      await volumes.write(`/var/www/html/${name}`, content)
    }
    pod = await webPod(volumes)
    web = await startApache(pod, { STORE_WORKER_KEEP: String(KEEP) })
  })
  afterAll(async () => {
    await pod?.kill()
    await volumes?.remove()
  })

  /** Keeps every worker busy, with as many requests waiting, for about eight seconds. */
  const keepBusy = async () => {
    const slow = Array.from({ length: WORKERS * 2 }, () => web.get('/slow.php'))
    await new Promise((resolve) => setTimeout(resolve, 1000))
    return Promise.all(slow)
  }
  const seconds = async (ask: () => Promise<unknown>) => {
    const began = performance.now()
    await ask()
    return (performance.now() - began) / 1000
  }

  it('are occupied neither by idle connections, kept, silent or half-sent, nor by slow ones', async () => {
    const opened = [IDLE(20, `${REQUEST}\r\n`), IDLE(20, ''), IDLE(20, REQUEST)].map(
      (code): ChildProcess => pod.spawn(['php', '-r', code]),
    )
    for (const { stdout } of opened) if (stdout !== null) await once(stdout, 'data')
    for (const path of ['/wp-login.php', '/wp-includes/images/blank.gif']) {
      const took = await seconds(async () => expect((await web.get(path)).status).toBe(200))
      expect(took, path).toBeLessThan(2)
    }
    // The other server closes each connection after its response.
    const direct = await web.get('/wp-login.php', '--connect-to', '::127.0.0.1:8081')
    expect(direct.headers).toContain('Connection: close')
    for (const child of opened) child.kill()
  })

  it('do not delay a probe while all of them are busy', async () => {
    const busy = keepBusy()
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const file = await seconds(async () => {
      const probe = await web.get('/wp-includes/images/blank.gif', '-A', 'kube-probe/1.34')
      expect(probe.status).toBe(200)
    })
    const connect = 'exec 3<>/dev/tcp/127.0.0.1/8081'
    const port = await seconds(async () =>
      expect((await pod.exec(['bash', '-c', connect])).code).toBe(0),
    )
    expect([file < 1, port < 1]).toEqual([true, true])
    const answers = await busy
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(new Set(answers.map(({ body }) => body)).size).toBeLessThanOrEqual(WORKERS)
    expect(web.log()).not.toContain('kube-probe')
  })

  it('are replaced once they keep more memory than allowed, and no request fails', async () => {
    const pids = new Set<string>()
    for (let times = 0; times < 16; times += 1) {
      const { status, body } = await web.get('/grow.php')
      expect(status).toBe(200)
      pids.add(body)
    }
    expect(pids.size).toBeGreaterThan(WORKERS)
    const kept = (await pod.exec(['php', '-r', ANONYMOUS])).stdout.trim().split('\n').map(Number)
    expect(kept.length).toBeGreaterThan(2)
    // A worker's memory is checked when its next request starts.
    expect(Math.max(...kept)).toBeLessThan(KEEP + 60)
  })

  it('cannot be given more memory by a plugin', async () => {
    const { status, body } = await web.get('/limit.php')
    expect([status, body]).toEqual([500, ''])
    await expect.poll(web.log).toContain('Allowed memory size of 100663296 bytes exhausted')
  })

  it('serve requests that match no file', async () => {
    const photo = await web.get('/wp-content/uploads/2026/photo%20one.jpg')
    expect([photo.status, photo.body]).toEqual([200, 'JPEG'])
    expect((await web.get('/wp-content/uploads/2026/none.jpg')).status).toBe(200)
  })

  // Last, because it leaves a queue that takes a minute to drain.
  it('have a bounded queue: excess requests are refused, and files are still served', async () => {
    const statuses = async (count: number) => {
      const { stdout } = await pod.exec(['php', '-r', ASK_AT_ONCE(count)])
      return JSON.parse(stdout) as Record<string, number>
    }
    const asked = statuses(140)
    await new Promise((resolve) => setTimeout(resolve, 2500))
    const file = await seconds(async () =>
      expect((await web.get('/wp-includes/images/blank.gif')).status).toBe(200),
    )
    expect(file).toBeLessThan(2)
    expect((await asked)['503']).toBeGreaterThanOrEqual(30)
  })
})
