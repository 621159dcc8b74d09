import { compact } from '../../domain/compact.ts'
import { namespaceOf } from '../../domain/layout.ts'
import type { Applications, Clock, Log } from '../../domain/ports.ts'
import type { Application } from '../../domain/status/application.ts'
import { ApiFailure, type Connection } from './connection.ts'
import { digestOf, setDigestOf, type SetErrors, setStateOf } from './digest.ts'
import { openRegistry } from './registry.ts'
import { type Backoff, Nonsense, repeat } from './repeat.ts'

export interface ArgoCdApplicationsOptions {
  /** Argo CD's API with a token of the project role `dashboard`. */
  readonly connection: Connection
  readonly clock: Clock
  readonly log: Log
  readonly backoff?: Backoff
  /** Milliseconds after which everything is listed again. @default 5 min */
  readonly relistMs?: number
  /** Milliseconds between two liveness requests. @default 60 s */
  readonly intervalMs?: number
}

const SELECTOR = encodeURIComponent('app.kubernetes.io/managed-by=storewright')
const APPLICATIONS = `/api/v1/applications?selector=${SELECTOR}`
const TIMEOUT_MS = 30_000

/**
 * Reads Applications from Argo CD's API: one list, then the stream. The server drops events if a
 * client is 1,000 events behind, and sends no keepalive. Therefore everything is listed again every
 * 5 minutes, and a minimal list is requested every minute. Lists are not paged, which suits up to
 * about 1,000 stores.
 * Source: argo-cd v3.6.1 server/application/application.go `Watch`.
 */
export function argoCdApplications(options: ArgoCdApplicationsOptions): Applications {
  const { clock, log, connection } = options
  const intervalMs = options.intervalMs ?? 60_000
  const registry = openRegistry(() => clock.now())
  const ending = new AbortController()
  const first = Promise.withResolvers<void>()
  let heardAt = 0
  let problem: string | null = null
  let sets: SetErrors = new Map()
  const report = (next: string | null) => {
    if (next === problem) return
    problem = next
    if (next === null) log.info('reading Applications from Argo CD works again')
    else log.warn('reading Applications from Argo CD failed', { detail: next })
  }
  const heard = () => {
    heardAt = clock.now()
    report(null)
  }
  const turn = async () => {
    const version = await list(connection, registry, ending.signal)
    sets = await setsOf(connection, ending.signal)
    heard()
    first.resolve()
    const limited = AbortSignal.any([
      ending.signal,
      AbortSignal.timeout(options.relistMs ?? 300_000),
    ])
    const beat = setInterval(() => {
      const tiny = `${APPLICATIONS}&fields=metadata.resourceVersion`
      connection.json(tiny, { timeoutMs: TIMEOUT_MS, signal: limited }).then(heard, () => undefined)
    }, intervalMs)
    try {
      await stream(connection, registry, version, heard, limited)
    } catch (error) {
      if (!limited.aborted) throw error
    } finally {
      clearInterval(beat)
    }
  }
  const running = repeat(turn, {
    signal: ending.signal,
    ...compact({ backoff: options.backoff }),
    onFailure: (failure) => report(failure.message),
  })
  return {
    source: 'argocd',
    simulated: false,
    intervalMs,
    get: (declared) => registry.get(namespaceOf(declared.name)),
    has: (name) => registry.get(name) !== null,
    applicationSet: (set) => setStateOf(sets, set),
    asOf: () => heardAt,
    problem: () => problem,
    onChanged: (listener) => registry.onChanged(listener),
    listed: first.promise,
    async close() {
      ending.abort()
      await running
      connection.close()
    },
  }
}

type Registry = ReturnType<typeof openRegistry>

async function list(
  connection: Connection,
  registry: Registry,
  signal: AbortSignal,
): Promise<string> {
  const reply = await connection.json(APPLICATIONS, { timeoutMs: TIMEOUT_MS, signal })
  const { items, metadata } = reply as { items?: unknown; metadata?: { resourceVersion?: unknown } }
  // Without a match `items` is null (Go's nil slice).
  if (!Array.isArray(items ?? []) || typeof metadata?.resourceVersion !== 'string') {
    throw new Nonsense('its list is invalid')
  }
  const objects = (items ?? []) as readonly unknown[]
  registry.page(
    objects
      .map((object) => digestOf(object))
      .filter((found): found is Application => found !== null),
    true,
  )
  registry.listed()
  return metadata.resourceVersion
}

/** Errors of our ApplicationSets. Empty if the token lacks `applicationsets, get`. */
async function setsOf(connection: Connection, signal: AbortSignal): Promise<SetErrors> {
  try {
    const reply = await connection.json(`/api/v1/applicationsets?selector=${SELECTOR}`, {
      timeoutMs: TIMEOUT_MS,
      signal,
    })
    const { items } = reply as { items?: readonly unknown[] | null }
    const digests = (items ?? []).map((object) => setDigestOf(object))
    return new Map(digests.flatMap((set) => (set === null ? [] : [[set.name, set.error]])))
  } catch (error) {
    if (error instanceof ApiFailure && [403, 404].includes(error.status)) return new Map()
    throw error
  }
}

async function stream(
  connection: Connection,
  registry: Registry,
  version: string,
  heard: () => void,
  signal: AbortSignal,
): Promise<void> {
  const path = `/api/v1/stream/applications?selector=${SELECTOR}&resourceVersion=${version}`
  for await (const line of connection.lines(path, {
    timeoutMs: TIMEOUT_MS,
    idleMs: 600_000,
    signal,
  })) {
    const { type, application } = resultOf(line)
    const digest = digestOf(application)
    if (digest === null) continue
    if (type === 'DELETED') registry.remove(digest.name)
    else registry.put(digest)
    heard()
  }
}

function resultOf(line: string): { type?: unknown; application?: unknown } {
  let event: { result?: { type?: unknown; application?: unknown }; error?: unknown } | null
  try {
    event = JSON.parse(line) as typeof event
  } catch {
    throw new Nonsense('an event is not JSON')
  }
  if (event?.result === undefined) throw new ApiFailure(0, 'its stream ended with an error')
  return event.result
}
