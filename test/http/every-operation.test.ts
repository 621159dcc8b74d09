import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { paths, type OperationId } from '../../src/contract/paths.ts'
import type { Problem } from '../../src/contract/problem.ts'
import { declareSamples, sampleOf, sendSample } from '../writes.ts'
import { httpFixture } from './fixture.ts'

interface Described {
  readonly operationId: OperationId
  readonly requestBody?: object
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
}

const document = JSON.parse(
  readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'),
) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}
const operations = Object.values(document.paths).flatMap((item) => Object.values(item))
const ids = operations.map(({ operationId }) => operationId)
const dryRuns = operations
  .filter(({ parameters }) => parameters?.some(({ name }) => name === 'dryRun'))
  .map(({ operationId }) => operationId)

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY']
const methodsOf = Object.fromEntries(
  Object.entries(document.paths).map(([path, item]) => [
    path,
    Object.keys(item).map((method) => method.toUpperCase()),
  ]),
)

async function prepared() {
  const http = httpFixture()
  const commit = await declareSamples(http)
  const now = () => ({ landed: http.repo.landed.length, head: http.repo.snapshot().head })
  return { http, commit, before: now(), now }
}

describe('every operation of openapi.json', () => {
  it('is in the contract, and the contract has no other', () => {
    expect(ids.length).toBeGreaterThan(30)
    expect(ids.toSorted()).toEqual(Object.keys(paths).toSorted())
    expect(dryRuns.length).toBeGreaterThan(10)
    expect(Object.keys(methodsOf).length).toBeGreaterThan(25)
    // The earlier API has no previews.
    const writes = Object.entries(paths).filter(
      ([id, [, , , effect]]) => effect === 'writes' && !id.startsWith('legacy'),
    )
    expect(dryRuns.toSorted()).toEqual(writes.map(([id]) => id).toSorted())
  })

  it.each(ids)('P-1 %s refuses an unknown query parameter and changes no ref', async (id) => {
    const { http, commit, before, now } = await prepared()
    for (const query of ['dryrun=true', 'surprise=1']) {
      const reply = await sendSample(http, id, sampleOf(id, commit), query)
      const { status, code, errors } = (await reply.json()) as Problem
      expect([status, code]).toEqual([400, 'invalid_query'])
      expect(errors?.map(({ pointer }) => pointer)).toContain(`#/${query.split('=')[0]}`)
    }
    expect(now()).toEqual(before)
  })

  it.each(ids)('P-1 %s refuses an unknown member of the body and changes no ref', async (id) => {
    const { http, commit, before, now } = await prepared()
    const reply = await (paths[id][0] === 'get'
      ? // fetch sends no body with GET, so only its length is sent.
        http.get(sampleOf(id, commit).path, { 'Content-Length': '14' })
      : sendSample(http, id, sampleOf(id, commit), '', { surprise: 1 }))
    const { status, code, errors } = (await reply.json()) as Problem
    expect([status, code]).toEqual([400, 'invalid_request'])
    expect(errors?.map(({ pointer }) => pointer)).toEqual([takesBody(id) ? '#/surprise' : '#'])
    expect(now()).toEqual(before)
  })

  it.each(Object.entries(methodsOf))(
    'S22 answers undeclared methods of %s with 405 and Allow',
    async (path, declared) => {
      const { http, before, now } = await prepared()
      const undeclared = METHODS.filter((method) => !declared.includes(method))
      expect(undeclared.length).toBeGreaterThan(3)
      for (const method of undeclared) {
        const reply = await http.send(method, path.replace(/\{\w+\}/, 'shop'))
        expect([method, reply.status]).toEqual([method, 405])
        expect(reply.headers.get('Allow')).toBe(declared.toSorted().join(', '))
      }
      expect(now()).toEqual(before)
    },
  )

  it.each(dryRuns)('P-1 %s with dryRun=true changes no ref', async (id) => {
    const { http, commit, before, now } = await prepared()
    const reply = await sendSample(http, id, sampleOf(id, commit), 'dryRun=true')
    expect([200, 409]).toContain(reply.status)
    expect(now()).toEqual(before)
  })
})

function takesBody(id: OperationId): boolean {
  return operations.some((each) => each.operationId === id && each.requestBody !== undefined)
}
