import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { kubectl, until } from './kubernetes.ts'
import { openSuite, sized, type Suite } from './suite.ts'

let suite: Suite
const PLANS = ['small', 'medium', 'large']
const PARTS = Array.from({ length: sized(6, 60) }, (_, n) => `p${n}`)
const DOMAIN = 'shops.example.com'

/** Hosts of the Ingresses in the cluster, by part. */
async function hosts(): Promise<readonly (string | undefined)[]> {
  const path = '{range .items[*]}{.metadata.namespace} {.spec.rules[0].host}{"\\n"}{end}'
  const lines = (await kubectl(['get', 'ingress', '-A', '-o', `jsonpath=${path}`])).split('\n')
  const found = new Map(lines.map((line) => line.split(' ') as [string, string | undefined]))
  return PARTS.map((part) => found.get(`store-${suite.name(part)}`))
}
const served = (domain: string) => async () =>
  (await hosts()).every((host, n) => host === `${suite.name(PARTS[n] ?? '')}.${domain}`)
const uids = (part: string, kinds: string) => {
  const words = ['-n', `store-${suite.name(part)}`, 'get', kinds, '-o']
  return kubectl([...words, 'jsonpath={.items[*].metadata.uid}'])
}
const allReady = async () => {
  for (const part of PARTS) await suite.phase(part, 'Ready')
}

beforeAll(async () => {
  suite = await openSuite('f')
  for (const [n, part] of PARTS.entries()) await suite.create(part, { plan: PLANS[n % 3] })
})
afterAll(() => suite?.close())

it('S2-31 a plain git revert of a change of platform.yaml reverts the whole fleet', async () => {
  const { git, clone } = suite.server
  await allReady()
  await suite.pull()
  const stores = () => git('rev-parse', 'HEAD:stores')
  const before = await stores()
  const claims = await Promise.all(PARTS.map((part) => uids(part, 'pvc')))
  const path = join(clone, 'platform.yaml')
  const platform = await readFile(path, 'utf8')
  const domain = /^baseDomain: (.*)$/m.exec(platform)?.[1] ?? ''

  await writeFile(path, platform.replace(/^baseDomain: .*$/m, `baseDomain: ${DOMAIN}`))
  const commit = await suite.push('another domain for every store')
  const there = await until('every Ingress has the new host', served(DOMAIN))
  suite.note(`platform.yaml changed -> live in ${PARTS.length} stores`, there.seconds)
  await allReady()

  await suite.pull()
  expect(await stores()).not.toBe(before)
  await git('revert', '--no-edit', commit)
  await git('push', '--quiet', 'origin', 'HEAD:main')
  const back = await until('every Ingress has its old host', served(domain))
  suite.note(`git revert of it -> live in ${PARTS.length} stores`, back.seconds)
  await allReady()
  await suite.pull()
  expect(await stores()).toBe(before)
  expect(await readFile(path, 'utf8')).toBe(platform)
  expect(await Promise.all(PARTS.map((part) => uids(part, 'pvc')))).toEqual(claims)
})
