import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cacheEnvironment } from '../../src/adapters/git/process/environment.ts'
import { spawnGit } from '../../src/adapters/git/process/git.ts'
import { create, requester } from '../../src/testing/writes.ts'
import { eventually, harness, over } from './harness.ts'
import { ofEachProcess } from './proc.ts'

const TOKEN = 'canary-7f3a91c2'

describe('T8 the push token', () => {
  it.skipIf(process.platform !== 'linux').each(['this process', 'git'])(
    'is in no command line, cache file or error while a push by %s hangs',
    async (who) => {
      const { open, serve, dataDir, log } = await harness()
      const served = await serve()
      served.credential = `writer:${TOKEN}`
      const repo = await open({ remote: over(served, TOKEN) })
      let pushes = 0
      served.intercept = (request, response) => {
        const byUs = request.headers['user-agent'] === 'git/storewright'
        if (byUs && who === 'git' && request.url?.includes('git-receive-pack') === true) {
          // An unexpected response makes this process fall back to git.
          response.writeHead(404).end()
          return true
        }
        if (request.url?.endsWith('/git-receive-pack') !== true) return false
        pushes += 1
        return true
      }
      const hanging = repo.change(requester(), create('acme', 'shop-1'), { deadlineMs: 2000 })
      const settled = hanging.catch((error: unknown) => error)
      await eventually(() => pushes > 0)
      const encoded = Buffer.from(`writer:${TOKEN}`).toString('base64')
      const lines = [...(await ofEachProcess('cmdline')).values()]
      const ours = lines.filter((line) => line.includes(served.url))
      expect(ours.length > 0).toBe(who === 'git')
      const error = await settled
      const files = await readdir(dataDir(0), { recursive: true, withFileTypes: true })
      const texts = await Promise.all(
        files
          .filter((entry) => entry.isFile())
          .map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1').catch(() => '')),
      )
      expect(texts.length).toBeGreaterThan(5)
      const shown = JSON.stringify([log.lines, error, String(error)])
      for (const secret of [TOKEN, encoded]) {
        for (const text of [...lines, ...texts, shown]) expect(text.includes(secret)).toBe(false)
      }
      expect(error).toMatchObject({ code: 'git_timeout', extra: { outcome: 'unknown' } })
    },
  )
})

describe('git processes', () => {
  it('get an environment without inherited variables except PATH', async () => {
    process.env.GIT_SSH_COMMAND = 'touch /tmp/never'
    const remote = { kind: 'embedded', path: '/nowhere' } as const
    const environment = cacheEnvironment(remote, '/nowhere/cache.git')
    delete process.env.GIT_SSH_COMMAND
    expect(Object.keys(environment).sort()).toEqual([
      ...['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_NOSYSTEM', 'GIT_DIR', 'GIT_OPTIONAL_LOCKS'],
      ...['GIT_TERMINAL_PROMPT', 'HOME', 'LC_ALL', 'PATH', 'TZ'],
    ])
  })

  it('are not started with an argument that is not on the list', () => {
    const profile = { directory: '/tmp', environment: {}, branch: 'main' }
    expect(() => spawnGit(profile, ['log', '--output=/tmp/never'])).toThrow(/argument 1/)
  })

  it('are limited to one protocol by the config of the cache', async () => {
    const { open, remote, dataDir } = await harness()
    await open()
    const config = await readFile(join(dataDir(0), 'cache.git', 'config'), 'utf8')
    expect(config).toContain('[protocol]\n\tallow = "never"\n[protocol "file"]\n\tallow = "always"')
    expect(config).toContain('hooksPath = "/dev/null"')
    expect(config).toContain(`url = "${remote.path}"`)
  })

  it.each([
    'http://git.example.com/stores.git',
    'https://user:password@git.example.com/stores.git',
    'https://git.example.com/stores.git?token=x',
    'file:///etc',
    'ext::sh -c touch% /tmp/never',
  ])('never contact the remote %s', async (url) => {
    const { open } = await harness()
    const opening = open({ remote: { kind: 'https', url, username: 'x' } })
    await expect(opening).rejects.toThrow(/must/)
  })

  it.each([
    { url: 'ssh://git@host/x', keyFile: '/k; touch /tmp/never', knownHostsFile: '/h' },
    { url: '-oProxyCommand=touch', keyFile: '/k', knownHostsFile: '/h' },
    { url: 'ssh://git@host/x', keyFile: 'relative', knownHostsFile: '/h' },
  ])('never contact the ssh remote %j', async (remote) => {
    const { open } = await harness()
    await expect(open({ remote: { kind: 'ssh', ...remote } })).rejects.toThrow(
      /must be absolute|not a valid ssh URL/,
    )
  })
})
