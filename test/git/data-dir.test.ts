import { execFile } from 'node:child_process'
import { readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeEnvironment } from '../../src/testing/node-environment.ts'
import {
  git,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

let folder = ''
let dataDir = ''
const running: ServerProcess[] = []
const start = async (environment?: Record<string, string>) => {
  const server = await startServer(dataDir, environment)
  running.push(server)
  return server
}

beforeEach(async () => {
  folder = await scratch()
  dataDir = join(folder, 'data')
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.end('SIGKILL')))
  await rm(folder, { recursive: true, force: true })
})

/** Runs the server program until it exits. */
function runServer(words: readonly string[], environment: Record<string, string> = {}) {
  const env = {
    ...nodeEnvironment,
    HOME: folder,
    DATA_DIR: dataDir,
    ...environment,
  }
  return new Promise<{ code: number; said: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      ['src/main.ts', '--listen-addr=127.0.0.1:0', ...words],
      { cwd: ROOT, env, timeout: 60_000 },
      (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), said: out + err }),
    )
    child.stdin?.end()
  })
}

describe('DATA_DIR', () => {
  it('S26 and everything in it is readable only by the user of the server', async () => {
    const server = await start()
    await post(server.url, '/api/v1/stores', { name: 'shop' })
    await server.end('SIGTERM')
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true })
    const open: string[] = []
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name)
      if (((await stat(path)).mode & 0o077) !== 0) open.push(path)
    }
    expect(entries.length).toBeGreaterThan(20)
    expect(open).toEqual([])
  })

  it('S27 ends the start with one sentence if it cannot be written', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const { code, said } = await runServer([], { DATA_DIR: join(file, 'data') })
    expect(code).toBe(2)
    expect(said).toContain('cannot be written (ENOTDIR: not a directory)')
    expect(said).toContain('or set DATA_DIR to another folder')
    expect(said).not.toContain(' at ')
  })

  it('S29 contains no temporary packs of killed processes after a start', async () => {
    await (await start()).end('SIGTERM')
    const left: string[] = []
    for (const repository of ['cache.git', 'stores.git']) {
      const path = join(dataDir, repository, 'objects/pack/tmp_pack_killed')
      await writeFile(path, 'half a pack')
      await utimes(path, 1, 1)
      left.push(path)
    }
    await start()
    for (const path of left) await expect(stat(path)).rejects.toThrow(/ENOENT/)
  })
})

describe('S28 a missing embedded repository', () => {
  it('is not replaced by an empty one and can be restored from the cache with every store', async () => {
    const server = await start()
    for (const name of ['one', 'two', 'three']) {
      expect((await post(server.url, '/api/v1/stores', { name })).status).toBe(201)
    }
    await server.end('SIGTERM')
    const repository = join(dataDir, 'stores.git')
    const head = await git(repository, 'rev-parse', 'main')
    await rename(repository, join(folder, 'vanished.git'))

    const refused = await runServer([])
    expect(refused.code).toBe(1)
    expect(refused.said).toContain(`stores.git is missing, but`)
    expect(refused.said).toContain(head.slice(0, 12))
    expect(refused.said).toContain('npm start -- --restore-stores-repo')
    await expect(stat(repository)).rejects.toThrow(/ENOENT/)

    const restored = await runServer(['--restore-stores-repo'])
    expect([restored.code, restored.said]).toEqual([
      0,
      `The stores repo is restored at commit ${head}.\n`,
    ])
    expect(await git(repository, 'rev-parse', 'main')).toBe(head)
    await git(repository, 'fsck', '--strict')

    const { url } = await start()
    const stores = (await (await fetch(`${url}/api/v1/stores`)).json()) as { name: string }[]
    expect(stores.map(({ name }) => name).toSorted()).toEqual(['one', 'three', 'two'])
    expect((await post(url, '/api/v1/stores', { name: 'four' })).status).toBe(201)
    const again = await runServer(['--restore-stores-repo'])
    expect([again.code, again.said]).toEqual([1, expect.stringContaining('Move it away first')])
  })

  it('is created again after the cache was removed', async () => {
    await (await start()).end('SIGTERM')
    await rm(join(dataDir, 'stores.git'), { recursive: true })
    await rm(join(dataDir, 'cache.git'), { recursive: true })
    const nothing = await runServer(['--restore-stores-repo'])
    expect([nothing.code, nothing.said]).toEqual([1, expect.stringContaining('from a backup')])
    expect((await fetch(`${(await start()).url}/readyz`)).status).toBe(200)
  })
})

describe('S10 GIT_SERVE_TOKEN', () => {
  const TOKEN = 'a-token-of-thirty-two-characters'
  const ask = (address: string, token: string | null) =>
    fetch(`http://${address}/git/stores.git/info/refs?service=git-upload-pack`, {
      headers: token === null ? {} : { authorization: `Basic ${btoa(`argocd:${token}`)}` },
    })
  const serve = async () => {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const address = `127.0.0.1:${port}`
    const server = await start({ GIT_SERVE_ADDR: address, GIT_SERVE_TOKEN: TOKEN })
    return { server, address }
  }

  it.each([[['--check-config']], [[]]])(
    'is refused below 32 characters by a start with the arguments %j',
    async (words) => {
      const environment = { GIT_SERVE_ADDR: '127.0.0.1:0', GIT_SERVE_TOKEN: TOKEN.slice(1) }
      const { code, said } = await runServer(words, environment)
      expect(code).toBe(2)
      expect(said).toContain('GIT_SERVE_TOKEN: *** is not valid: expected at least 32 characters')
      expect(said).not.toContain(TOKEN.slice(1))
    },
  )

  it('logs each wrong token and blocks an address after ten of them', async () => {
    const { server, address } = await serve()
    expect((await ask(address, null)).status).toBe(401)
    for (let n = 0; n < 10; n += 1) expect((await ask(address, `${TOKEN}${n}`)).status).toBe(401)
    const refused = await ask(address, TOKEN)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    const lines = server.log().split('\n')
    const wrong = lines.filter((line) => line.includes('a wrong token was refused'))
    expect(wrong).toHaveLength(10)
    expect(wrong[0]).toContain('from 127.0.0.1')
    expect(lines.filter((line) => line.includes('too many wrong tokens'))).toHaveLength(1)
    expect(server.log()).not.toContain(TOKEN)
  })

  it('allows fetches and no pushes', async () => {
    const { address } = await serve()
    for (let n = 0; n < 30; n += 1) expect((await ask(address, TOKEN)).status).toBe(200)
    const url = `http://argocd:${TOKEN}@${address}/git/stores.git`
    await git(folder, 'clone', '-q', url, 'clone')
    await expect(git(join(folder, 'clone'), 'push', '-q', 'origin', 'HEAD:main')).rejects.toThrow(
      /read-only[^]*403|403[^]*read-only/,
    )
  })
})
