import type { OperationId } from '../src/contract/paths.ts'
import { paths } from '../src/contract/paths.ts'
import type { HttpFixture } from './http/fixture.ts'

/** A valid request of one operation. */
export interface Sample {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** `null`: the operation has no body. */
  readonly body: Readonly<Record<string, unknown>> | null
}

const HEAD = '0'.repeat(40)

/** Bodies with which each operation succeeds for the stores of {@link declareSamples}. */
const BODIES: Partial<Record<OperationId, Readonly<Record<string, unknown>>>> = {
  createStore: { name: 'fresh' },
  legacyCreateStore: { name: 'fresh' },
  updateStore: { title: 'Sale' },
  suspendStore: {},
  resumeStore: {},
  restoreStore: {},
  purgeStore: { confirm: 'gone', acknowledgeDataLoss: true },
  revertChange: { commit: HEAD, reason: 'the sale is over' },
  retryStore: { what: 'init' },
  renderStore: {},
  previewStore: { name: 'fresh' },
  acceptRewrite: { expectedHead: HEAD, reason: 'looked at it' },
  releaseDeletions: { count: 1, reason: 'looked at all of them' },
  exchangeToken: { subject_token: 'none' },
  releaseName: { name: 'vanished', namespaceGone: true, reason: 'looked at the cluster' },
}

/** Store for each operation. `shop` runs, `stopped` is suspended, `gone` is deleted. */
const STORES: Partial<Record<OperationId, string>> = {
  resumeStore: 'stopped',
  restoreStore: 'gone',
  purgeStore: 'gone',
}

/** One valid request per operation. */
export function sampleOf(id: OperationId, commit = HEAD): Sample {
  const body = BODIES[id] ?? null
  const [, path] = paths[id]
  const filled = path.replace('{name}', STORES[id] ?? 'shop').replace('{id}', 'none')
  return {
    path: id === 'storeLogs' ? `${filled}?pod=web` : filled,
    headers: {
      'If-Match': '*',
      ...(body === null ? {} : { 'Content-Type': 'application/json' }),
    },
    body: id === 'revertChange' ? { ...body, commit } : body,
  }
}

/** Creates the stores of the samples. Returns a commit of `shop` that can be undone. */
export async function declareSamples(http: HttpFixture): Promise<string> {
  for (const name of ['shop', 'stopped', 'gone']) await http.post('/api/v1/stores', { name })
  await http.post('/api/v1/stores/stopped/suspend', {})
  await http.send('DELETE', '/api/v1/stores/gone')
  const json = { 'Content-Type': 'application/json', 'If-Match': '*' }
  await http.send('PATCH', '/api/v1/stores/shop', json, '{"plan":"medium"}')
  const [change] = (await (await http.get('/api/v1/stores/shop/history')).json()) as {
    commit: string
  }[]
  return change?.commit ?? ''
}

/** Sends a sample. `query` is appended, `more` is added to the body. */
export function sendSample(
  http: HttpFixture,
  id: OperationId,
  { path, headers, body }: Sample,
  query = '',
  more: Readonly<Record<string, unknown>> = {},
): Promise<Response> {
  const [method] = paths[id]
  const address = `${path}${query === '' ? '' : `${path.includes('?') ? '&' : '?'}${query}`}`
  const text = body === null && Object.keys(more).length === 0 ? undefined : { ...body, ...more }
  const json = text === undefined ? {} : { 'Content-Type': 'application/json' }
  return http.send(
    method.toUpperCase(),
    address,
    { ...headers, ...json },
    text === undefined ? undefined : JSON.stringify(text),
  )
}
