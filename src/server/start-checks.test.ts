import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSigning } from '../adapters/git/process/signing.ts'
import { tokenOf } from '../domain/access/token.ts'
import { testCertificate } from '../testing/certificate.ts'
import { type FakeApiServer, fakeApiServer } from '../testing/fake-api-server.ts'
import { type Config, readConfig } from './config.ts'
import { openLocalParts } from './local-parts.ts'
import { settings } from './settings.ts'
import { startProblems } from './start-checks.ts'
import { argoCdAccess } from './status-source.ts'
import { signingOf } from './stores-remote.ts'
import { openTls } from './tls-files.ts'
import { digest } from './token-file.ts'

let folder = ''
let cluster: FakeApiServer
const place = (name: string) => join(folder, name)
const log = { debug() {}, info() {}, warn() {}, error() {} }
const clock = { now: () => Date.now() }
const git = async () => ({ is: 'fit' as const, version: '2.50.1' })

const KUBECONFIG = (server: string) => `current-context: a
clusters: [{name: a, cluster: {server: "${server}"}}]
users: [{name: a, user: {token: t}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
`
const BINDINGS = "roleBindings: [{ group: staff, team: '*', role: admin }]"

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-checks-'))
  cluster = await fakeApiServer()
  const row = {
    id: 'ci',
    sha256: digest(tokenOf('ci', 'a'.repeat(43))).toString('hex'),
    team: '*',
    scopes: ['stores:read'],
    created: new Date().toISOString(),
    expires: new Date(Date.now() + 86_400_000).toISOString(),
  }
  const { pem, privateKey } = testCertificate({ type: 'ec' })
  const other = testCertificate({ type: 'ec' })
  const keyOf = (key: typeof privateKey) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const files = {
    'tokens.json': JSON.stringify([row]),
    'open-tokens.json': JSON.stringify([row]),
    'bad.json': '[{"id": 1}]',
    'tls.crt': pem,
    'tls.key': keyOf(privateKey),
    'other.key': keyOf(other.privateKey),
    'cluster.yaml': KUBECONFIG(cluster.url),
    'dead.yaml': KUBECONFIG('http://127.0.0.1:1'),
    'bad.yaml': 'clusters: 1',
    text: 'text',
  }
  for (const [name, text] of Object.entries(files))
    await writeFile(place(name), text, { mode: 0o600 })
  await chmod(place('open-tokens.json'), 0o644)
  for (const [name, file, text] of [
    ['bad-keys', 'provenance-keys', 'x'],
    ['bad-times', 'not-before.json', '{"a": "x"}'],
    ['good', 'not-before.json', '{}'],
  ] as const) {
    await mkdir(place(name), { mode: 0o700 })
    await writeFile(join(place(name), file), text)
  }
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', place('ssh.key')])
})
afterAll(async () => {
  await cluster.close()
  await rm(folder, { recursive: true })
})

type Environment = Record<string, string>
const read = (environment: Environment) =>
  readConfig({
    flags: new Map(),
    environment,
    readFile: (path) => {
      if (path === 'storewright.yaml') return BINDINGS
      try {
        return readFileSync(path, 'utf8')
      } catch {
        return null
      }
    },
  })

/** Opens what a start opens besides the stores repo. Returns why that failed; `null`: it did not. */
async function opening(config: Config): Promise<string | null> {
  const closers: (() => unknown)[] = []
  try {
    const tls = await openTls(config, log)
    closers.push(() => tls?.close())
    const parts = await openLocalParts(config, clock, log, { heard() {} })
    closers.push(
      () => parts.close(),
      () => parts.source.applications.close(),
    )
    const { signing } = signingOf(config)
    const opened = signing === undefined ? null : await openSigning(config.dataDir, signing)
    closers.push(() => opened?.close())
    // As `observation.ts` does for links and logs, whatever the source of status is.
    if (config.argocdUrl !== null && config.argocdToken !== null) await argoCdAccess(config)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    for (const close of closers) await close()
  }
}

const KEYS = Buffer.alloc(32, 1).toString('base64')
/** Settings that the generator sets by itself, or that name files which only git reads. */
const OWN = new Set(
  'DATA_DIR ENV PROVENANCE_KEYS TLS_CERT_FILE TLS_KEY_FILE TOKENS_FILE KUBECONFIG STATUS_SOURCE GIT_SIGNING GIT_SIGNING_KEY_FILE GIT_CA_FILE GIT_SSH_KEY_FILE GIT_KNOWN_HOSTS_FILE'.split(
    ' ',
  ),
)

function environments(): fc.Arbitrary<Environment> {
  /** Mostly not set or good, so that many configurations are accepted. */
  const file = (good: readonly string[], bad: readonly string[]) =>
    fc
      .oneof(
        { weight: 8, arbitrary: fc.constant('') },
        { weight: 8, arbitrary: fc.constantFrom(...good) },
        {
          weight: 1,
          arbitrary: fc.constantFrom(...bad, 'missing', 'missing/deeper', '.', 'text/x'),
        },
      )
      .map((name) => (name === '' ? '' : place(name)))
  const others = Object.values(settings)
    .filter(({ env }) => !OWN.has(env))
    .map((setting) => [
      setting.env,
      setting.fallback === null ? '' : setting.print(setting.fallback as never),
    ])
  const value = fc.oneof(fc.constantFrom('', '0', 'true', 'x', '1m'), fc.string({ maxLength: 20 }))
  const other = fc
    .tuple(fc.constantFrom(...others), value, fc.boolean())
    .map(([[name = '', fallback = ''], odd, isOdd]) => [name, isOdd ? odd : fallback] as const)
  const production = {
    ENV: 'production',
    PUBLIC_URL: 'https://shops.example.com',
    TRUSTED_PROXIES: '127.0.0.1',
    STORES_REPO_URL: 'https://git.example.com/stores.git',
  }
  const oidc = {
    OIDC_ISSUER: 'https://id.example.com',
    OIDC_CLIENT_ID: 'a',
    OIDC_CLIENT_SECRET: 'b',
    PUBLIC_URL: 'https://shops.example.com',
  }
  const argocd = { ARGOCD_URL: 'http://127.0.0.1:1', ARGOCD_TOKEN: 'x' }
  return fc
    .record({
      base: fc.constantFrom({}, {}, production),
      oidc: fc.constantFrom({}, {}, oidc),
      argocd: fc.constantFrom({}, argocd),
      tls: fc.constantFrom(
        {},
        {},
        {},
        {
          TLS_CERT_FILE: place('tls.crt'),
          PUBLIC_URL: 'https://shops.example.com',
        },
      ),
      TLS_KEY_FILE: fc
        .constantFrom('tls.key', 'tls.key', 'tls.key', 'other.key', 'missing')
        .map(place),
      TOKENS_FILE: file(['tokens.json'], ['open-tokens.json', 'bad.json']),
      KUBECONFIG: file(['cluster.yaml'], ['dead.yaml', 'bad.yaml']),
      ARGOCD_CA_FILE: file(['tls.crt'], ['missing']),
      STATUS_SOURCE: fc.constantFrom('auto', 'auto', 'auto', 'kubernetes', 'argocd', 'simulated'),
      PROVENANCE_KEYS: fc.constantFrom('', KEYS, KEYS, KEYS),
      DATA_DIR: fc.oneof(
        {
          weight: 6,
          arbitrary: fc.integer({ min: 0, max: 50 }).map((n) => place(`new/${n}/data`)),
        },
        {
          weight: 2,
          arbitrary: fc.constantFrom('good', 'bad-keys', 'bad-times', 'text', 'text/x').map(place),
        },
      ),
      signing: fc.oneof(
        { weight: 12, arbitrary: fc.constant({}) },
        {
          weight: 1,
          arbitrary: fc
            .constantFrom('ssh.key', 'ssh.key', 'text', 'missing')
            .map((name) => ({ GIT_SIGNING: 'ssh', GIT_SIGNING_KEY_FILE: place(name) })),
        },
      ),
      others: fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(other, { maxLength: 3 }) },
      ),
    })
    .map(
      ({ base, oidc: people, argocd: api, tls, TLS_KEY_FILE, signing, others: more, ...rest }) => ({
        ...rest,
        ...base,
        ...people,
        ...api,
        ...tls,
        ...('TLS_CERT_FILE' in tls ? { TLS_KEY_FILE } : {}),
        ...signing,
        ...Object.fromEntries(more),
      }),
    )
}

it('T13 S17 --check-config and the start agree on 1,000 generated configurations', async () => {
  const counts = { accepted: 0, production: 0, files: 0, settings: 0 }
  await fc.assert(
    fc.asyncProperty(environments(), async (environment) => {
      const result = read(environment)
      const problems = await startProblems(result, git)
      expect(problems.slice(0, result.problems.length)).toEqual(result.problems)
      if (result.config === null) {
        counts.settings += 1
        return
      }
      const failure = await opening(result.config)
      // The detail may differ: a program names its own copy of a key, and the system another step.
      const [reason = ''] = failure?.split(/ says | \(E/, 1) ?? []
      expect({ problems, failure }).toSatisfy(() =>
        failure === null
          ? problems.length === 0
          : problems.some((problem) => problem.includes(reason)),
      )
      counts[failure === null ? 'accepted' : 'files'] += 1
      if (failure === null && result.config.env === 'production') counts.production += 1
    }),
    { numRuns: 1000 },
  )
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(20)
}, 120_000)

it('names the problems of settings, files and git in one list, without doubles', async () => {
  const environment = {
    ENV: 'production',
    LOG_LEVEL: 'loud',
    TOKENS_FILE: place('missing'),
    DATA_DIR: place('text/x'),
    STORES_REPO_URL: 'https://git.example.com/stores.git',
    GIT_CA_FILE: place('missing'),
    ARGOCD_CA_FILE: place('missing'),
    ARGOCD_URL: 'https://argocd.example.com',
    ARGOCD_TOKEN: 'CANARY',
    TLS_CERT_FILE: place('tls.crt'),
    TLS_KEY_FILE: place('other.key'),
  }
  const old = async () => ({ is: 'unpatched' as const, version: '2.40.0', why: 'git is old' })
  const problems = await startProblems(read(environment), old)
  expect(problems.map((text) => text.split(/[: ]/, 1)[0]).toSorted()).toEqual([
    'ARGOCD_CA_FILE',
    'DATA_DIR',
    'ENV=production',
    'ENV=production',
    'ENV=production',
    'GIT_CA_FILE',
    'LOG_LEVEL',
    'TLS_CERT_FILE',
    'TLS_CERT_FILE',
    'TOKENS_FILE',
  ])
  expect(problems).toContain('ENV=production: git is old')
  expect(problems.join()).not.toContain('CANARY')
})

it('names what was tried when production finds no status', async () => {
  const environment = {
    ENV: 'production',
    TOKENS_FILE: place('tokens.json'),
    DATA_DIR: place('good'),
    PUBLIC_URL: 'https://shops.example.com',
    TRUSTED_PROXIES: '127.0.0.1',
    PROVENANCE_KEYS: KEYS,
  }
  const dead = { ...environment, KUBECONFIG: place('dead.yaml') }
  expect(await startProblems(read(dead), git)).toEqual([
    expect.stringMatching(
      /^STATUS_SOURCE: ENV=production refuses a simulated status, .* Tried: a cluster \(.*ECONNREFUSED.*\), and Argo CD \(ARGOCD_URL with ARGOCD_TOKEN is not set\)$/,
    ),
  ])
  expect(await startProblems(read(environment), git)).toEqual([
    expect.stringContaining('KUBECONFIG is not set, and there is no service account'),
  ])
  const alive = { ...environment, KUBECONFIG: place('cluster.yaml') }
  expect(await startProblems(read(alive), git)).toEqual([])
})
