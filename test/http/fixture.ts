import { ulid } from 'ulid'
import { simulatedApplications } from '../../src/adapters/argocd/simulated.ts'
import { sealedSecrets } from '../../src/adapters/secrets/sealed-secrets.ts'
import { visibleApplications, visibleRepo } from '../../src/domain/access/visible.ts'
import { noMetrics } from '../../src/domain/metrics.ts'
import { noTracing } from '../../src/domain/tracing.ts'
import type { AppDeps } from '../../src/http/env.ts'
import { openStreamHub } from '../../src/http/stream-hub.ts'
import { openChangeFeed } from '../../src/observe/change-feed.ts'
import { openChecks } from '../../src/observe/checks.ts'
import { provisioningOf } from '../../src/observe/provisioning.ts'
import { createStoreViews } from '../../src/observe/store-views.ts'
import { tracedRepo } from '../../src/observe/traced-repo.ts'
import { bannersOf } from '../../src/operations/get-platform.ts'
import { ANONYMOUS } from '../../src/server/access.ts'
import { createApp } from '../../src/server/app.ts'
import { type MemoryRepo, memoryRepo } from '../../src/testing/memory-repo.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { purgeSettings, steadyTime } from '../../src/testing/time.ts'

type Headers = Record<string, string>

export interface HttpFixture {
  readonly repo: MemoryRepo
  readonly app: ReturnType<typeof createApp>
  send(method: string, path: string, headers?: Headers, body?: string): Promise<Response>
  get(path: string, headers?: Headers): Promise<Response>
  /** `body`: a string is sent unchanged, anything else as JSON. */
  post(path: string, body: unknown, headers?: Headers): Promise<Response>
}

export const at = (path: string) => `http://localhost:8080${path}`

/** The whole app with an in-memory repo and the simulated Argo CD, at noon. */
export function httpFixture(change: Partial<AppDeps> = {}, platform = testPlatform()): HttpFixture {
  const clock = { now: () => Date.parse('2026-11-24T12:00:00Z') }
  const repo = memoryRepo(platform, clock.now)
  const { tracing = noTracing } = change
  const applications = change.applications ?? simulatedApplications(clock)
  const due = { time: steadyTime(clock.now), purge: purgeSettings }
  const views = createStoreViews({ repo, applications, clock })
  const feed = openChangeFeed({ repo, views, applications, boot: 'b007b007' })
  const page = {
    bytes: new TextEncoder().encode('<h1>dashboard</h1>'),
    contentType: 'text/html',
    immutable: false,
  }
  const app = createApp({
    repo: tracedRepo(repo, tracing),
    applications,
    views,
    provisioning: provisioningOf(views, applications, clock),
    feed,
    streams: openStreamHub({
      feed,
      banners: (identity) =>
        bannersOf({
          repo: visibleRepo(repo, identity, 'stores:read'),
          applications: visibleApplications(applications, identity),
          clock,
          ...due,
        }),
      isCurrent: (identity) => (change.access ?? ANONYMOUS).isCurrent(identity),
    }),
    checks: openChecks(new Map(), clock),
    detail: null,
    nudge: null,
    clock,
    sealer: sealedSecrets({ clock }),
    ...due,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    cloneUrl: null,
    packServer: null,
    dashboard: new Map([['index.html', page]]),
    newRequestId: () => ulid(),
    ready: () => true,
    requireIfMatch: true,
    publicHost: null,
    isSecure: false,
    corsOrigins: [],
    access: ANONYMOUS,
    settings: [{ name: 'ENV', value: 'dev', source: 'default' }],
    limits: { count: async () => null, problem: async () => null },
    metrics: noMetrics,
    tracing,
    scrape: async () => ({ contentType: 'text/plain', body: '' }),
    ...change,
  })
  const send: HttpFixture['send'] = async (method, path, headers = {}, body) =>
    app.request(at(path), {
      method,
      headers: { Host: 'localhost:8080', ...headers },
      ...(body === undefined ? {} : { body }),
    })
  return {
    repo,
    app,
    send,
    get: (path, headers) => send('GET', path, headers),
    post: (path, body, headers = {}) =>
      send(
        'POST',
        path,
        { 'Content-Type': 'application/json', ...headers },
        typeof body === 'string' ? body : JSON.stringify(body),
      ),
  }
}

/** Reads a stream until it matches, for at most ten seconds. */
export async function events(response: Response, what: RegExp): Promise<string> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const deadline = setTimeout(() => void reader.cancel(), 10_000)
  let text = ''
  while (!what.test(text)) {
    const { value, done } = await reader.read()
    if (done) break
    text += new TextDecoder().decode(value)
  }
  clearTimeout(deadline)
  await reader.cancel()
  return text
}
