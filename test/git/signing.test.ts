import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SigningOptions } from '../../src/adapters/git/process/signing.ts'
import { type BareRemote, serveBareRemote } from '../../src/testing/bare-remote.ts'
import { create, requester, retitle, storeFiles } from '../../src/testing/writes.ts'
import { roomyPlatform, startApi } from './api-process.ts'
import { eventually, harness } from './harness.ts'

const PROGRAMS = { ssh: 'ssh-keygen', gpg: 'gpg' } as const
const PACKAGES = { ssh: 'openssh-client', gpg: 'gnupg' } as const
const AUTHOR = { name: 'storewright', email: 'storewright@localhost' }

function isThere(format: 'ssh' | 'gpg'): boolean {
  const { error } = spawnSync(PROGRAMS[format], ['--version'])
  if (error === undefined) return true
  console.warn(`${format} signing SKIPPED: apt-get install ${PACKAGES[format]}`)
  return false
}

function run(program: string, words: readonly string[], more: object = {}): string {
  const ended = spawnSync(program, words, { encoding: 'utf8', ...more })
  if (ended.status !== 0) throw new Error(`${program} ${words.join(' ')}: ${ended.stderr}`)
  return ended.stdout
}

/** A folder with a short path, because gpg creates sockets beside its keys. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sw-'))
  await chmod(path, 0o700)
  onTestFinished(() => {
    spawnSync('gpgconf', ['--homedir', path, '--kill', 'all'])
    return rm(path, { recursive: true, force: true })
  })
  return path
}

interface Key {
  readonly keyFile: string
  /** Its entry in a trusted keys file. */
  readonly trusted: string
  /** Options with which plain git signs with this key. */
  readonly config: readonly string[]
  readonly environment: Record<string, string>
}

/** Creates a key for one person. */
async function keyOf(format: 'ssh' | 'gpg', who: string): Promise<Key> {
  const home = await folder()
  const keyFile = join(home, 'key')
  if (format === 'ssh') {
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', who, '-f', keyFile])
    const [type = '', body = ''] = (await readFile(`${keyFile}.pub`, 'utf8')).split(' ')
    const config = ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${keyFile}`]
    return {
      keyFile,
      trusted: `${who} namespaces="git" ${type} ${body}\n`,
      config,
      environment: {},
    }
  }
  const environment = { GNUPGHOME: home }
  const gpg = (...words: string[]) =>
    run('gpg', ['--batch', '--pinentry-mode', 'loopback', '--passphrase', '', ...words], {
      env: { ...process.env, ...environment },
    })
  gpg('--quick-generate-key', `${who} <${who}@example.com>`, 'ed25519', 'sign', 'never')
  await writeFile(keyFile, gpg('--armor', '--export-secret-keys'))
  const config = ['-c', `user.signingKey=${who}@example.com`]
  return { keyFile, trusted: gpg('--armor', '--export'), config, environment }
}

/** Commits files to `main` with plain git, signed if `key` is given. */
async function commitAs(
  remote: BareRemote,
  files: ReadonlyMap<string, string>,
  key: Key | null,
  message = 'by hand',
): Promise<void> {
  const clone = await mkdtemp(join(remote.scratch, 'clone-'))
  const who = ['-c', 'user.name=Grace', '-c', 'user.email=grace@example.com']
  const git = (...words: string[]) =>
    run('git', [...who, ...(key?.config ?? []), ...words], {
      cwd: clone,
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', ...key?.environment },
    })
  git('clone', '-q', remote.path, '.')
  for (const [path, text] of files) {
    await mkdir(join(clone, path, '..'), { recursive: true })
    await writeFile(join(clone, path), text)
  }
  git('add', '-A')
  git('commit', '-q', ...(key === null ? [] : ['-S']), '-m', message)
  git('push', '-q', 'origin', 'HEAD:main')
}

const HAND_EDIT = new Map([['stores/acme/shop-1/manifests/20-wordpress.yaml', 'kind: Other\n']])

describe.each(['ssh', 'gpg'] as const)('signing with %s', (format) => {
  const present = isThere(format)

  /** A repository that signs with a new key. */
  async function signing(trusted = '', objectFormat: 'sha1' | 'sha256' = 'sha1') {
    // Folders are removed in reverse order, so the repository is closed before its folder is
    // removed.
    const dataDir = await folder()
    const key = await keyOf(format, 'server')
    const trustedFile = join(await folder(), 'trusted')
    const { open, remote, log } = await harness({ objectFormat })
    await writeFile(trustedFile, trusted)
    const options: SigningOptions = { format, keyFile: key.keyFile, trustedFile }
    const repo = await open({ signing: options, dataDir })
    return { open, remote, log, key, options, dataDir, repo }
  }

  it.skipIf(!present)('signs each commit of a batch so that plain git verifies it', async () => {
    const { repo, remote, key } = await signing()
    const names = Array.from({ length: 12 }, (_, n) => `shop-${n}`)
    await Promise.all(names.map((name) => repo.change(requester(), create('acme', name))))
    const signers = join(await folder(), 'signers')
    await writeFile(signers, key.trusted)
    const trust = ['-c', `gpg.ssh.allowedSignersFile=${signers}`]
    const verdicts = run('git', [...trust, 'log', '--format=%G? %an <%ae>', 'main'], {
      cwd: remote.path,
      env: { ...process.env, ...key.environment, GIT_CONFIG_GLOBAL: '/dev/null' },
    })
    const lines = verdicts.trim().split('\n')
    expect(lines).toHaveLength(13)
    const signed = lines.filter((line) => /^[GU] /.test(line))
    expect(signed).toHaveLength(12)
    expect(new Set(signed.map((line) => line.slice(2)))).toEqual(
      new Set([`${AUTHOR.name} <${AUTHOR.email}>`]),
    )
    expect(repo.state().signing).toEqual({ format, waiting: 0, unsigned: [], problem: null })
  })

  it.skipIf(!present)(
    'N-34 F17 marks only the store whose rendered files an unsigned commit changed',
    async () => {
      const { repo, remote } = await signing()
      await repo.change(requester(), create('acme', 'shop-1'))
      await repo.change(requester(), create('acme', 'shop-2'))
      await commitAs(remote, HAND_EDIT, null)
      const { snapshot } = await repo.change(requester(), create('acme', 'shop-3'))
      const marks = [...snapshot.stores.values()].map(({ name, unsigned }) => [name, unsigned])
      expect(marks).toEqual([
        ['shop-1', true],
        ['shop-2', undefined],
        ['shop-3', undefined],
      ])
      expect(repo.state().signing?.unsigned).toEqual([{ team: 'acme', name: 'shop-1' }])
      // A commit of ours replaces the whole folder, so the unsigned files are gone.
      await repo.change(requester(), retitle('acme', 'shop-1', 'Ours'))
      expect(repo.snapshot().stores.get('shop-1')?.unsigned).toBeUndefined()
      expect(repo.state().signing?.unsigned).toEqual([])
    },
  )

  it.skipIf(!present)(
    'F17 accepts the signature of a trusted key and ignores one of an unknown key',
    async () => {
      const stranger = await keyOf(format, 'mallory')
      const maintainer = await keyOf(format, 'grace')
      const { repo, remote } = await signing(maintainer.trusted)
      await repo.change(requester(), create('acme', 'shop-1'))
      await commitAs(remote, HAND_EDIT, maintainer)
      await repo.change(requester(), create('acme', 'shop-2'))
      expect(repo.state().signing?.unsigned).toEqual([])
      await commitAs(remote, new Map([['stores/acme/shop-2/app.json', '{}']]), stranger)
      await repo.change(requester(), create('acme', 'shop-3'))
      expect(repo.state().signing?.unsigned).toEqual([{ team: 'acme', name: 'shop-2' }])
    },
  )

  it.skipIf(!present)('F17 marks nothing if only store.yaml was pushed unsigned', async () => {
    const { repo, remote } = await signing()
    await repo.change(requester(), create('acme', 'shop-1'))
    const text = new TextDecoder().decode(storeFiles('acme', 'shop-1', 'By hand').get('store.yaml'))
    await commitAs(remote, new Map([['stores/acme/shop-1/store.yaml', text]]), null)
    await repo.change(requester(), create('acme', 'shop-2'))
    expect(repo.snapshot().stores.get('shop-1')?.intent?.title).toBe('By hand')
    expect(repo.state().signing?.unsigned).toEqual([])
  })

  it.skipIf(!present)(
    'F17 judges an unsigned commit with our message by its changed files',
    async () => {
      const { repo, remote } = await signing()
      await repo.change(requester(), create('acme', 'shop-1'))
      await repo.change(requester(), create('acme', 'shop-2'))
      const message = (await remote.git(['log', '-1', '--format=%B', 'main'])).trim()
      expect(message).toContain('Store: shop-2')
      await commitAs(remote, HAND_EDIT, null, message)
      await repo.change(requester(), create('acme', 'shop-3'))
      expect(repo.state().signing?.unsigned).toEqual([{ team: 'acme', name: 'shop-1' }])
    },
  )

  it.skipIf(!present)('ignores commits before the first signed one', async () => {
    const { open, repo: empty, remote, options, dataDir } = await signing()
    await empty.close(0)
    await commitAs(
      remote,
      new Map(
        [...storeFiles('acme', 'old')].map(([path, bytes]) => [
          `stores/acme/old/${path}`,
          new TextDecoder().decode(bytes),
        ]),
      ),
      null,
    )
    const repo = await open({ signing: options, dataDir })
    await repo.change(requester(), create('acme', 'new'))
    expect(repo.snapshot().stores.has('old')).toBe(true)
    expect(repo.state().signing?.unsigned).toEqual([])
  })

  it.skipIf(!present)(
    'keeps the marks after a restart with and without cached verdicts',
    async () => {
      const { open, repo, remote, options, dataDir } = await signing()
      await repo.change(requester(), create('acme', 'shop-1'))
      await commitAs(remote, HAND_EDIT, null)
      await repo.change(requester(), create('acme', 'shop-2'))
      await repo.close(1000)
      for (const forget of [false, true]) {
        if (forget) await rm(join(dataDir, 'signing/verdicts'))
        const again = await open({ signing: options, dataDir })
        await eventually(() => again.state().signing?.waiting === 0)
        await eventually(() => again.snapshot().stores.get('shop-1')?.unsigned === true)
        expect(again.snapshot().stores.get('shop-2')?.unsigned).toBeUndefined()
        await again.close(1000)
      }
      expect(await readdir(join(dataDir, 'signing'))).toEqual(['verdicts'])
    },
  )

  it.skipIf(!present)('signs in a SHA-256 repository', async () => {
    const { repo } = await signing('', 'sha256')
    const { commit } = await repo.change(requester(), create('acme', 'shop-1'))
    expect(commit).toHaveLength(64)
    expect(repo.state().signing).toMatchObject({ unsigned: [], problem: null })
  })

  it.skipIf(!present)(
    'refuses writes with a reason while the key is unusable and signs again afterwards',
    async () => {
      const { repo, remote, dataDir } = await signing()
      await repo.change(requester(), create('acme', 'shop-1'))
      const head = await remote.head()
      const keys = join(dataDir, 'signing/keys')
      const secret = join(keys, format === 'ssh' ? 'key' : 'private-keys-v1.d')
      run('mv', [secret, `${secret}.away`])
      if (format === 'gpg') run('gpgconf', ['--homedir', keys, '--kill', 'all'])
      const attempt = repo.change(requester(), create('acme', 'shop-2'))
      await expect(attempt).rejects.toMatchObject({ code: 'git_unavailable' })
      expect(repo.state().signing?.problem).not.toBeNull()
      expect(await remote.head()).toBe(head)
      await rm(secret, { recursive: true, force: true })
      run('mv', [`${secret}.away`, secret])
      await repo.change(requester(), create('acme', 'shop-2'))
      expect(repo.state().signing?.problem).toBeNull()
    },
  )

  it.skipIf(!present)('refuses to start with an invalid private key', async () => {
    const dataDir = await folder()
    const { open, remote } = await harness()
    const keyFile = join(remote.scratch, 'nonsense')
    await writeFile(keyFile, 'nonsense\n')
    await expect(open({ signing: { format, keyFile }, dataDir })).rejects.toThrow(/nonsense cannot/)
    const missing = join(remote.scratch, 'missing')
    await expect(open({ signing: { format, keyFile: missing }, dataDir })).rejects.toThrow(
      /missing cannot/,
    )
  })
})

it.skipIf(!isThere('ssh'))(
  'F17 over HTTP: an unsigned change marks the store as modified and blocks writes until a render signs it',
  async () => {
    const { keyFile } = await keyOf('ssh', 'server')
    const { remote } = await harness({ platform: await roomyPlatform() })
    const served = await serveBareRemote(remote.path)
    const api = await startApi(join(remote.scratch, 'data'), {
      STORES_REPO_URL: served.url,
      GIT_SIGNING: 'ssh',
      GIT_SIGNING_KEY_FILE: keyFile,
    })
    onTestFinished(async () => {
      await api.kill()
      await served.close()
    })
    const ask = async (method: string, path: string, body?: object) => {
      const reply = await fetch(`${api.url}/api/v1${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
      })
      const said = (await reply.json()) as { code?: string; modified?: boolean; detail?: string }
      return { http: reply.status, ...said }
    }
    expect(await ask('POST', '/stores', { name: 'shop-1', team: 'team-1' })).toMatchObject({
      http: 201,
      modified: false,
    })
    const path = 'stores/team-1/shop-1/manifests/40-database.yaml'
    const rendered = await remote.git(['show', `main:${path}`])
    // Changed and changed back: the files are equal again but come from an untrusted commit.
    await commitAs(remote, new Map([[path, 'kind: Other\n']]), null)
    await commitAs(remote, new Map([[path, rendered]]), null)
    await expect
      .poll(() => ask('GET', '/stores/shop-1'), { timeout: 20_000 })
      .toMatchObject({ modified: true })
    expect(await ask('DELETE', '/stores/shop-1')).toMatchObject({ code: 'store_modified' })
    const sick = await ask('POST', '/checks/git_signing')
    expect(sick).toMatchObject({ ok: false, fix: expect.stringContaining('render shop-1') })
    expect((await ask('POST', '/stores/shop-1/render', {})).http).toBe(200)
    expect(await ask('GET', '/stores/shop-1')).toMatchObject({ modified: false })
    expect(await ask('POST', '/checks/git_signing')).toMatchObject({ ok: true })
    expect((await remote.git(['log', '-1', '--format=%B', 'main'])).split('\n')).toContain(
      'Action: render',
    )
  },
)
