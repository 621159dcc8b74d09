import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import {
  application,
  describeApplication,
  installStores,
  refresh,
  removeStores,
  syncedAndHealthy,
} from './argo-cd.ts'
import { getObject, type KubeObject, kubectl, until } from './kubernetes.ts'
import { startServer, type TestServer } from './server.ts'

const PLANS = ['small', 'medium', 'large'] as const
/** Unique names per run, because the namespaces of earlier runs may still be terminating. */
const run = `t${Date.now().toString(36)}`
const store = (part: string) => `${run}-${part}`
const figures: string[] = []
let server: TestServer

const note = (what: string, seconds: number) =>
  void figures.push(`${what.padEnd(58)} ${seconds.toFixed(1).padStart(6)} s`)

async function create(name: string, plan: string): Promise<void> {
  const { status, body } = await server.request('POST', '/api/v1/stores', {
    name,
    plan,
    engine: 'woo',
  })
  expect([status, body]).toEqual([201, expect.anything()])
}

/** Every object that Git declares for a store, as committed. */
async function declared(name: string): Promise<KubeObject[]> {
  await server.git('pull', '--quiet', '--ff-only')
  const folder = join(server.clone, 'stores/default', name, 'manifests')
  const objects: KubeObject[] = []
  for (const file of await readdir(folder)) {
    const documents = parseAllDocuments(await readFile(join(folder, file), 'utf8'))
    objects.push(...documents.map((document) => document.toJS() as KubeObject))
  }
  return objects
}

/** For example `deployment.apps`, the form that kubectl needs if two groups share a kind. */
function resourceOf({ apiVersion, kind }: KubeObject): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : ''
  return kind.toLowerCase() + group
}

/** Commits the changes of the clone and pushes them without the server. */
async function pushByHand(message: string): Promise<void> {
  await server.git('add', '--all')
  await server.git('commit', '--quiet', '-m', message)
  await server.git('push', '--quiet', 'origin', 'HEAD:main')
}

/**
 * Starts the Job `by-hand` from a CronJob's template, without an owner. A CronJob keeps only the
 * newest of its finished Jobs and deletes the others on its next run, which could be now
 * (kubernetes v1.34 `cronjob_controllerv2.go` `cleanupFinishedJobs`).
 */
async function runByHand(namespace: string, cronJob: string): Promise<void> {
  const create = ['create', 'job', 'by-hand', `--from=cronjob/${cronJob}`]
  const text = await kubectl(['-n', namespace, ...create, '--dry-run=client', '-o', 'json'])
  const job = JSON.parse(text) as { metadata: { ownerReferences?: unknown } }
  delete job.metadata.ownerReferences
  await kubectl(['-n', namespace, 'create', '-f', '-'], JSON.stringify(job))
}

const wordpress = (name: string) => getObject('deployment', 'wordpress', `store-${name}`)

beforeAll(async () => {
  await removeStores()
  server = await startServer()
  await installStores(server.repoURL)
})

afterAll(async () => {
  process.stdout.write(`\n${figures.join('\n')}\n\n`)
  await removeStores()
  const names = await kubectl(['get', 'namespaces', '-o', 'name'])
  const ours = names.split('\n').filter((name) => name.includes(`store-${run}-`))
  if (ours.length > 0) await kubectl(['delete', '--wait=false', ...ours])
  await server?.stop()
})

describe('a store created by API', () => {
  it.each(PLANS)('S1-04 becomes an Application, Synced and Healthy (plan %s)', async (plan) => {
    const began = performance.now()
    await create(store(plan), plan)
    const found = async () => (await application(store(plan))) !== null
    await until('the Application exists', found, () => describeApplication(store(plan)), 30)
    note(`${plan}: request -> Application`, (performance.now() - began) / 1000)
    await syncedAndHealthy(store(plan))
    note(`${plan}: request -> Synced and Healthy`, (performance.now() - began) / 1000)
    const columns = 'jsonpath={.status.sync.status} {.status.health.status}'
    const words = ['-n', 'argocd', 'get', 'applications', `store-${store(plan)}`, '-o', columns]
    expect(await kubectl(words)).toBe('Synced Healthy')
  })

  it.each(PLANS)('exists in the cluster with every object (plan %s)', async (plan) => {
    const objects = await declared(store(plan))
    expect(objects.length).toBeGreaterThan(15)
    for (const object of objects) {
      const { name, namespace } = object.metadata
      const live = await getObject(resourceOf(object), name, namespace ?? 'default')
      expect(live, `${object.kind} ${name}`).not.toBeNull()
    }
  })

  it.each(PLANS)(
    'has only fields that the API server knows, and causes no warning (plan %s)',
    async (plan) => {
      await server.git('pull', '--quiet', '--ff-only')
      const folder = join(server.clone, 'stores/default', store(plan), 'manifests')
      const strict = ['--dry-run=server', '--validate=strict', '--warnings-as-errors']
      const applied = await kubectl(['apply', ...strict, '-f', folder])
      expect(applied.split('\n').length).toBeGreaterThan(15)
      expect(applied.split('\n').filter((line) => !/unchanged|configured/.test(line))).toEqual([])
    },
  )

  it.each(PLANS)(
    'leaves nothing for Argo CD to correct on repeated refreshes (plan %s)',
    async (plan) => {
      const before = (await application(store(plan)))?.status?.operationState?.startedAt
      await refresh(store(plan), 'hard')
      await refresh(store(plan))
      const { status } = (await application(store(plan))) ?? {}
      expect(status?.sync?.status).toBe('Synced')
      const resources = status?.resources ?? []
      expect(resources.length).toBeGreaterThan(15)
      expect(resources.filter((resource) => resource.status !== 'Synced')).toEqual([])
      expect(status?.operationState?.startedAt).toBe(before)
      expect(status?.conditions ?? []).toEqual([])
    },
  )

  it('S2-38 runs its pods in a namespace with the restricted standard and its quota enforced', async () => {
    const namespace = `store-${store('small')}`
    const { metadata } = (await getObject('namespace', namespace, 'default')) as KubeObject
    expect(metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted')
    await runByHand(namespace, 'wp-cron')
    const done = async () =>
      (await kubectl([
        ...['-n', namespace, 'get', 'job', 'by-hand'],
        ...['-o', 'jsonpath={.status.succeeded}'],
      ])) === '1'
    await until('the cron Job has run beside the store', done)
    await kubectl(['-n', namespace, 'delete', 'job', 'by-hand'])
    const events = await kubectl([
      ...['-n', namespace, 'get', 'events', '--field-selector', 'type=Warning'],
      ...['-o', 'jsonpath={range .items[*]}{.reason} {.message}{"\\n"}{end}'],
    ])
    expect(events.split('\n').filter((line) => /FailedCreate|violat|exceeded/.test(line))).toEqual(
      [],
    )
  })

  it('S1-02 has a deleted Deployment restored by Argo CD', async () => {
    const before = (await wordpress(store('small')))?.metadata.uid
    expect(before).toBeDefined()
    await kubectl(['-n', `store-${store('small')}`, 'delete', 'deployment', 'wordpress'])
    const back = async () => {
      const now = (await wordpress(store('small')))?.metadata.uid
      return now !== undefined && now !== before
    }
    const { seconds } = await until('the Deployment is back', back, () =>
      describeApplication(store('small')),
    )
    note('deleted Deployment -> back', seconds)
    await syncedAndHealthy(store('small'))
  })
})

describe('a second commit', () => {
  it('S2-31 made by plain git changes the cluster, and its revert changes it back', async () => {
    await server.git('pull', '--quiet', '--ff-only')
    const path = join(
      server.clone,
      'stores/default',
      store('medium'),
      'manifests/50-wordpress.yaml',
    )
    const text = await readFile(path, 'utf8')
    const before = (await wordpress(store('medium')))?.spec?.revisionHistoryLimit
    expect(before).toBe(2)
    await writeFile(path, text.replace('revisionHistoryLimit: 2', 'revisionHistoryLimit: 3'))
    await pushByHand('change by hand')
    const live = (limit: number) => async () =>
      (await wordpress(store('medium')))?.spec?.revisionHistoryLimit === limit
    await refresh(store('medium'))
    const changed = await until('the change is live', live(3), () =>
      describeApplication(store('medium')),
    )
    note('plain commit, refreshed -> live', changed.seconds)
    await server.git('revert', '--no-edit', 'HEAD')
    await server.git('push', '--quiet', 'origin', 'HEAD:main')
    await refresh(store('medium'))
    const reverted = await until('the revert is live', live(2))
    note('git revert, refreshed -> live', reverted.seconds)
    await syncedAndHealthy(store('medium'))
  })

  it('that deletes a store stops its pods and keeps its data', async () => {
    const name = store('large')
    const claims = async () =>
      kubectl(['-n', `store-${name}`, 'get', 'pvc', '-o', 'jsonpath={.items[*].metadata.uid}'])
    const before = await claims()
    expect(before.split(' ')).toHaveLength(2)
    const began = performance.now()
    const { status } = await server.request('DELETE', `/api/v1/stores/${name}`)
    expect([202, 204]).toContain(status)
    const stopped = async () => {
      const pods = await kubectl([
        ...['-n', `store-${name}`, 'get', 'pods', '-o', 'name'],
        ...['--field-selector', 'status.phase!=Succeeded'],
      ])
      return pods === ''
    }
    await until('no pod runs', stopped, () => describeApplication(name))
    note('soft delete -> no pod left', (performance.now() - began) / 1000)
    await syncedAndHealthy(name)
    expect(await claims()).toBe(before)
    expect(await kubectl(['-n', `store-${name}`, 'get', 'ingress', '-o', 'name'])).toBe('')
    expect((await application(name))?.metadata.finalizers ?? []).toEqual([])
  })
})

describe('a store broken by plain git', () => {
  it('shows its own error and stops no other store', async () => {
    await server.git('pull', '--quiet', '--ff-only')
    const folder = join(server.clone, 'stores/default', store('medium'))
    // Argo CD reports an invalid file that looks like a manifest. Without these words it would skip
    // the file and prune its objects (argo-cd v3.6.1 reposerver/repository/repository.go
    // `getObjsFromYAMLOrJSON`).
    const config = join(folder, 'manifests/30-config.yaml')
    const text = await readFile(config, 'utf8')
    await writeFile(config, text.replace('kind: ConfigMap', 'kind: [ConfigMap'))
    await appendFile(join(folder, 'store.yaml'), 'plan: enormous\nplan: twice\n')
    await pushByHand('break one store')
    await refresh(store('medium'))
    const failed = async () =>
      (await application(store('medium')))?.status?.conditions?.some(
        ({ type }) => type === 'ComparisonError',
      ) ?? false
    await until('Argo CD cannot compare the broken store', failed, () =>
      describeApplication(store('medium')),
    )
    const began = performance.now()
    await create(store('after'), 'small')
    await syncedAndHealthy(store('after'))
    note('new store beside a broken one -> Healthy', (performance.now() - began) / 1000)
    await refresh(store('small'), 'hard')
    expect((await application(store('small')))?.status?.sync?.status).toBe('Synced')
  })

  it('is reported by the API for that store only', async () => {
    const stores = (await server.request('GET', '/api/v1/stores')).body as {
      name: string
      phase: string
      reason: string
    }[]
    const failed = stores.filter(({ phase }) => phase === 'Failed')
    expect(failed.map(({ name, reason }) => [name, reason])).toEqual([
      [store('medium'), 'InvalidSpec'],
    ])
    expect(stores.map(({ name }) => name)).toEqual(
      expect.arrayContaining([store('small'), store('after')]),
    )
  })

  it('recovers by reverting the commit', async () => {
    await server.git('pull', '--quiet', '--ff-only')
    const bad = await server.git('log', '--format=%H', '--grep=^break one store$', '-1')
    await server.git('revert', '--no-edit', bad)
    await server.git('push', '--quiet', 'origin', 'HEAD:main')
    const began = performance.now()
    await refresh(store('medium'))
    await syncedAndHealthy(store('medium'))
    note('revert of the broken commit -> Healthy', (performance.now() - began) / 1000)
  })
})

describe('a burst of creates', () => {
  it('becomes Applications without waiting for Argo CD to poll, including the last one', async () => {
    const names = Array.from({ length: 25 }, (_, n) => store(`burst-${n}`))
    for (const name of names) await create(name, 'small')
    const began = performance.now()
    for (const name of names) {
      const found = async () => (await application(name)) !== null
      await until(`the Application of ${name} exists`, found, () => describeApplication(name), 30)
    }
    note('25 creates in a row -> last Application', (performance.now() - began) / 1000)
  })
})

describe('removing Storewright', () => {
  it('leaves every store running: the ApplicationSet is removed, the objects are kept', async () => {
    const before = (await wordpress(store('small')))?.metadata.uid
    await removeStores()
    expect(await application(store('small'))).toBeNull()
    const after = await wordpress(store('small'))
    expect(after?.metadata.uid).toBe(before)
    expect(after?.metadata.deletionTimestamp).toBeUndefined()
  })
})
