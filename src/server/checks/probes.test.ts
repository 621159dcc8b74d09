import { afterEach, beforeEach, expect, it } from 'vitest'
import { openConnection } from '../../adapters/argocd/connection.ts'
import { fakeApplications } from '../../testing/fake-applications.ts'
import { type FakeArgoCd, fakeArgoCd } from '../../testing/fake-argo-cd.ts'
import { memoryRepo } from '../../testing/memory-repo.ts'
import { healthyApplication } from '../../testing/phase-input.ts'
import { testPlatform } from '../../testing/platform.ts'
import { storeFile, storeRecord } from '../../testing/records.ts'
import { purgeSettings, steadyTime } from '../../testing/time.ts'
import { readConfig } from '../config.ts'
import { probesOf } from './probes.ts'

const AT = '2026-11-24T12:00:00Z'
let argo: FakeArgoCd
beforeEach(async () => void (argo = await fakeArgoCd()))
afterEach(() => argo.close())

function fixture() {
  const { config } = readConfig({ flags: new Map(), environment: {}, readFile: () => null })
  if (config === null) throw new Error('the defaults are no configuration')
  const repo = memoryRepo(testPlatform((yaml) => yaml.replace('title: Acme', 'project: own')))
  repo.put(storeRecord(AT, storeFile({ name: 'shop' })))
  repo.put(storeRecord(AT, storeFile({ name: 'other', team: 'acme' })))
  const tls = { rejectUnauthorized: true }
  const argocd = openConnection({ server: argo.url, token: async () => 'argo-token', tls })
  const applications = fakeApplications(Date.now)
  const due = { time: steadyTime(() => Date.now()), purge: purgeSettings }
  const limits = { problem: async () => null }
  const probes = probesOf({ config, repo, applications, argocd, installed: null, ...due, limits })
  return { applications, api: () => probes.get('argocd_api')?.(AbortSignal.timeout(5000)) }
}

it('argocd_api requests one store of each project, since a list omits hidden ones', async () => {
  const { api } = fixture()
  argo.answer('/api/v1/applications/store-shop', { status: 200, body: {} })
  // Argo CD does not know the other Application yet.
  expect(await api()).toMatchObject({ level: 'ok' })
  argo.answer('/api/v1/applications/store-other', { status: 403, body: { code: 7 } })
  expect(await api()).toEqual({
    level: 'fail',
    detail: 'the token may not read Applications of stores-acme',
    fix: 'Use an account that may: p, <account>, applications, get, stores-acme/*, allow; the same with logs (argocd/README.md, Rights).',
  })
  expect(argo.requests).toContain('GET /api/v1/applications/store-other?project=stores-acme')
})

it('argocd_api uses the actual project of an Application, which may lag behind platform.yaml', async () => {
  const { api, applications } = fixture()
  applications.set('store-other', { ...healthyApplication(), project: 'stores' })
  await api()
  expect(argo.requests.filter((line) => line.includes('store-')).join()).toMatch(/project=stores$/)
})
