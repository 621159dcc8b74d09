import { describe, expect, it } from 'vitest'
import type { OperationId } from '../../src/contract/paths.ts'
import { Preview } from '../../src/contract/preview.ts'
import type { Problem } from '../../src/contract/problem.ts'
import { storectlOf } from '../storectl-fixture.ts'
import { declareSamples, sampleOf, sendSample } from '../writes.ts'
import { type HttpFixture, httpFixture } from './fixture.ts'

/** Writes of one store, for which the commit must equal the dry run. */
const OF_STORE = [
  'createStore',
  'updateStore',
  'suspendStore',
  'resumeStore',
  'restoreStore',
  'deleteStore',
  'purgeStore',
  'revertChange',
  'retryStore',
] as const satisfies readonly OperationId[]

async function declared(): Promise<{ http: HttpFixture; commit: string }> {
  const http = httpFixture()
  return { http, commit: await declareSamples(http) }
}

describe('dryRun=true', () => {
  it.each(OF_STORE)('P-1 of %s returns the next commit and writes nothing', async (id) => {
    const { http, commit } = await declared()
    const sample = sampleOf(id, commit)
    const before = http.repo.landed.length
    const head = http.repo.snapshot().head
    const reply = await sendSample(http, id, sample, 'dryRun=true')
    expect(reply.status).toBe(200)
    const preview = Preview.parse(await reply.json())
    expect([http.repo.landed.length, http.repo.snapshot().head]).toEqual([before, head])
    const done = await sendSample(http, id, sample)
    expect(done.status).toBeLessThan(300)
    const landed = http.repo.landed.at(-1)!
    expect(http.repo.landed).toHaveLength(before + 1)
    expect(preview.commits.map(({ action, name }) => [action, name])).toEqual([
      [landed.action, landed.name],
    ])
    const text = new TextDecoder()
    expect(preview.files.map(({ path, content }) => [path, content])).toEqual(
      Array.from(landed.files, ([path, bytes]) => [path, text.decode(bytes)]),
    )
  })

  it('P-1 of renderStore returns no commit if the files are up to date', async () => {
    const { http } = await declared()
    const reply = await sendSample(http, 'renderStore', sampleOf('renderStore'), 'dryRun=true')
    const { commits, diff } = Preview.parse(await reply.json())
    expect([reply.status, commits, diff?.files]).toEqual([200, [], []])
  })

  it('P-1 of releaseName returns the next commit and keeps the name reserved', async () => {
    const { http } = await declared()
    await http.post('/api/v1/stores', { name: 'vanished' })
    http.repo.drop('vanished')
    const sample = sampleOf('releaseName')
    const before = http.repo.landed.length
    const reply = await sendSample(http, 'releaseName', sample, 'dryRun=true')
    const { commits, files } = Preview.parse(await reply.json())
    expect([reply.status, files, http.repo.landed.length]).toEqual([200, [], before])
    expect(commits).toEqual([
      {
        team: 'default',
        name: 'vanished',
        action: 'release',
        subject: 'store(default/vanished): release (name)',
      },
    ])
    expect((await sendSample(http, 'releaseName', sample)).status).toBe(200)
    expect(http.repo.landed).toHaveLength(before + 1)
  })

  it('P-1 of acceptRewrite keeps the read-only mode and has the refusals of the write', async () => {
    const { http } = await declared()
    const head = '0'.repeat(40)
    const sample = sampleOf('acceptRewrite')
    expect((await sendSample(http, 'acceptRewrite', sample, 'dryRun=true')).status).toBe(409)
    const rewrite = { head, vanished: [] }
    http.repo.setState({ blockedBy: 'history_rewritten', rewrite })
    const reply = await sendSample(http, 'acceptRewrite', sample, 'dryRun=true')
    expect(Preview.parse(await reply.json()).commits).toEqual([])
    expect(http.repo.state().rewrite).toEqual(rewrite)
    expect((await sendSample(http, 'acceptRewrite', sample)).status).toBe(200)
    expect(http.repo.state().rewrite).toBeNull()
  })

  it('P-1 of a delete with a retention of 0 days deletes and purges nothing', async () => {
    const { http } = await declared()
    const reply = await http.send('DELETE', '/api/v1/stores/shop?dryRun=true')
    expect(reply.status).toBe(200)
    const store = (await (await http.get('/api/v1/stores/shop')).json()) as { lifecycle: string }
    expect(store.lifecycle).toBe('active')
  })

  it.each([
    ['412', 'updateStore', 'precondition_failed', { 'If-Match': '"other"' }, {}],
    ['428', 'updateStore', 'precondition_required', { 'If-Match': undefined }, {}],
    ['422', 'updateStore', 'grow_only', {}, { storage: { uploads: 1 } }],
    ['400', 'purgeStore', 'invalid_request', {}, { confirm: 'other' }],
    ['422', 'purgeStore', 'data_loss_unacknowledged', {}, { acknowledgeDataLoss: false }],
    ['404', 'revertChange', 'commit_not_found', {}, { commit: 'f'.repeat(40) }],
    ['400', 'suspendStore', 'invalid_request', { 'Idempotency-Key': 'short' }, {}],
  ] as const)(
    'P-1 is refused like the write: %s %s %s',
    async (status, id, code, headers, more) => {
      const { http, commit } = await declared()
      const { headers: own, ...sample } = sampleOf(id, commit)
      const sent = { ...sample, headers: defined({ ...own, ...headers }) }
      const [dry, write] = [
        (await (await sendSample(http, id, sent, 'dryRun=true', more)).json()) as Problem,
        (await (await sendSample(http, id, sent, '', more)).json()) as Problem,
      ]
      expect([String(dry.status), dry.code]).toEqual([status, code])
      expect([dry.code, dry.detail]).toEqual([write.code, write.detail])
    },
  )

  it('is not in the audit log, unlike a write', async () => {
    const lines: (string | undefined)[] = []
    const log = {
      debug() {},
      warn() {},
      error() {},
      info: (message: string, fields?: { action?: string }) =>
        void (message === 'audit' && lines.push(fields?.action)),
    }
    const http = httpFixture({ log })
    const commit = await declareSamples(http)
    lines.length = 0
    const sample = sampleOf('deleteStore', commit)
    await sendSample(http, 'deleteStore', sample, 'dryRun=true')
    await sendSample(http, 'revertChange', sampleOf('revertChange', commit), '', { dryRun: true })
    expect(lines).toEqual([])
    await sendSample(http, 'deleteStore', sample, 'dryRun=false')
    expect(lines).toEqual(['deleteStore'])
  })
})

function defined(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

describe('storectl --dry-run', () => {
  it.each([
    ['create', ['create', 'fresh']],
    ['set', ['set', 'shop', 'title=Sale']],
    ['suspend', ['suspend', 'shop']],
    ['resume', ['resume', 'stopped']],
    ['restore', ['restore', 'gone']],
    ['retry', ['retry', 'shop']],
    ['render', ['render', 'shop']],
    ['delete', ['delete', 'shop']],
    ['purge', ['purge', 'gone', '--accept-data-loss']],
    ['revert', ['revert', 'shop', 'COMMIT', '--reason', 'the sale is over']],
  ])('of %s exits with 0 and writes nothing', async (_word, words) => {
    const { http, commit } = await declared()
    const before = http.repo.landed.length
    const storectl = await storectlOf(http)
    const asked = words.map((word) => (word === 'COMMIT' ? commit : word))
    const { code, out, err } = await storectl(...asked, '--dry-run')
    expect([code, `${out}${err}` === '']).toEqual([0, false])
    expect(http.repo.landed).toHaveLength(before)
  })

  it('of release-name prints the commit and releases nothing', async () => {
    const { http } = await declared()
    await http.post('/api/v1/stores', { name: 'vanished' })
    http.repo.drop('vanished')
    const storectl = await storectlOf(http)
    const words = ['release-name', 'vanished', '--namespace-gone', '--reason', 'looked everywhere']
    const before = http.repo.landed.length
    const { code, err } = await storectl(...words, '--dry-run')
    expect([code, err]).toEqual([0, 'would commit store(default/vanished): release (name)\n'])
    expect(http.repo.landed).toHaveLength(before)
    expect((await storectl(...words)).code).toBe(0)
  })
})
