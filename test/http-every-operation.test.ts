import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { paths, type OperationId } from '../src/contract/paths.ts'
import type { Problem } from '../src/contract/problem.ts'
import { httpFixture } from './http-fixture.ts'
import { declareSamples, sampleOf, sendSample } from './writes.ts'

interface Described {
  readonly operationId: OperationId
  readonly requestBody?: object
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
}

const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}
const operations = Object.values(document.paths).flatMap((item) => Object.values(item))
const ids = operations.map(({ operationId }) => operationId)
const dryRuns = operations
  .filter(({ parameters }) => parameters?.some(({ name }) => name === 'dryRun'))
  .map(({ operationId }) => operationId)

async function prepared() {
  const http = httpFixture()
  const commit = await declareSamples(http)
  const now = () => ({ landed: http.repo.landed.length, head: http.repo.snapshot().head })
  return { http, commit, before: now(), now }
}

describe('every operation of openapi.json', () => {
  it('is in the contract, and none is missing', () => {
    expect(ids.length).toBeGreaterThan(30)
    expect(ids.toSorted()).toEqual(Object.keys(paths).toSorted())
    expect(dryRuns.length).toBeGreaterThan(10)
  })

  it.each(ids)('P-1 %s refuses an unknown query parameter and moves no ref', async (id) => {
    const { http, commit, before, now } = await prepared()
    for (const query of ['dryrun=true', 'surprise=1']) {
      const reply = await sendSample(http, id, sampleOf(id, commit), query)
      const { status, code, errors } = (await reply.json()) as Problem
      expect([status, code]).toEqual([400, 'invalid_query'])
      expect(errors?.map(({ pointer }) => pointer)).toContain(`#/${query.split('=')[0]}`)
    }
    expect(now()).toEqual(before)
  })

  it.each(ids)('P-1 %s refuses an unknown member of the body and moves no ref', async (id) => {
    const { http, commit, before, now } = await prepared()
    if (!takesBody(id)) return
    const reply = await sendSample(http, id, sampleOf(id, commit), '', { surprise: 1 })
    const { status, code, errors } = (await reply.json()) as Problem
    expect([status, code]).toEqual([400, 'invalid_request'])
    expect(errors?.map(({ pointer }) => pointer)).toEqual(['#/surprise'])
    expect(now()).toEqual(before)
  })

  it.each(dryRuns)('P-1 %s with dryRun=true moves no ref', async (id) => {
    const { http, commit, before, now } = await prepared()
    const reply = await sendSample(http, id, sampleOf(id, commit), 'dryRun=true')
    expect([200, 409]).toContain(reply.status)
    expect(now()).toEqual(before)
  })
})

function takesBody(id: OperationId): boolean {
  return operations.some((each) => each.operationId === id && each.requestBody !== undefined)
}
