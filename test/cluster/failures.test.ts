import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { application, describeApplication } from './argo-cd.ts'
import { getObject, kubectl, until } from './kubernetes.ts'
import { record } from './recording.ts'
import { jobYaml, openSuite, type Suite } from './suite.ts'

let suite: Suite
const manifests = (part: string) => `stores/default/${suite.name(part)}/manifests`
const space = (part: string) => `store-${suite.name(part)}`
const seconds = (since: number) => (performance.now() - since) / 1000
/** Changes only the Deployment in a file. */
const inDeployment = (text: string, change: (part: string) => string) =>
  text
    .split(/^---$/m)
    .map((part) => (/^kind: Deployment$/m.test(part) ? change(part) : part))
    .join('---')
/**
 * Gives a later sync wave something to do, because otherwise a sync does not wait for the earlier
 * one.
 */
const later = (text: string) => text.replace(/^data:\n/m, 'data:\n  later: "yes"\n')
const PARTS = [
  'good',
  'job',
  'wave',
  'kind',
  'yaml',
  'image',
  'field',
  'stays',
  'paused',
  'left',
] as const

beforeAll(async () => {
  suite = await openSuite('f')
  for (const part of PARTS) await suite.create(part)
  for (const part of PARTS) await suite.phase(part, 'Ready', 'Serving')
  await record(suite, '21 Ready', 'good', await suite.store('good'))
  await suite.pull()
})
afterAll(() => suite?.close())

describe('S1-16 a failure on a real Argo CD has its own reason', () => {
  it('(g) a failing init Job does not block the sync: Degraded; a new name fixes it and the old one is pruned', async () => {
    await suite.write(
      `${manifests('job')}/90-job.yaml`,
      jobYaml(space('job'), 'wp-init-1', 'x:failing'),
    )
    await suite.push('a Job that fails')
    const { value } = await suite.phase('job', 'Degraded', 'InitJobFailed')
    await record(suite, '15 Degraded failing Job', 'job', value, 'Degraded')
    expect(value.message).toContain('Job wp-init-1')
    expect((await application(suite.name('job')))?.status?.operationState?.phase).toBe('Succeeded')
    await suite.write(
      `${manifests('job')}/90-job.yaml`,
      jobYaml(space('job'), 'wp-init-2', 'x:fine'),
    )
    const began = performance.now()
    await suite.push('a Job that works')
    await suite.mended('job', '15 Degraded')
    suite.note('(g) commit with a new Job -> Ready (5 s of it settling)', seconds(began))
    expect(await getObject('job', 'wp-init-1', space('job'))).toBeNull()
  })

  it('(g) an image that never starts is Progressing, not Degraded, and a revert fixes it', async () => {
    await suite.edit('image', 'manifests/50-wordpress.yaml', (text) =>
      inDeployment(text, (part) =>
        part.replaceAll(/image: wordpress:[^\n]+/g, 'image: wordpress:broken'),
      ),
    )
    await suite.push('an image that does not exist')
    const { value, seconds: took } = await suite.phase('image', 'Progressing', 'ImagePull')
    suite.note('(g) image that never starts -> named', took)
    await record(suite, '17 Progressing image', 'image', value, 'Starting')
    expect(value.message).toContain('Pod wordpress-')
    expect((await application(suite.name('image')))?.status?.sync?.status).toBe('Synced')
    await suite.server.git('revert', '--no-edit', 'HEAD')
    const began = performance.now()
    await suite.server.git('push', '--quiet', 'origin', 'HEAD:main')
    await suite.mended('image', '17 Progressing')
    suite.note('(g) git revert of a bad image -> Ready (5 s of it settling)', seconds(began))
  })

  it('(i) a bad manifest breaks its own store only: sync Unknown with Healthy is not Ready', async () => {
    await suite.edit('yaml', 'manifests/30-config.yaml', (text) =>
      text.replace('kind: ConfigMap', 'kind: [ConfigMap'),
    )
    await suite.push('a manifest that is no YAML')
    const { value } = await suite.phase('yaml', 'Failed', 'CannotCompare')
    await record(suite, '8 CannotCompare', 'yaml', value)
    expect([value.health, value.sync]).toEqual(['Healthy', 'Unknown'])
    expect((await suite.store('good')).phase).toBe('Ready')
  })

  it('(j) the project refuses a foreign kind, and no part of that commit is applied', async () => {
    await suite.write(
      `${manifests('kind')}/90-kind.yaml`,
      `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ${suite.name('kind')}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: []
`,
    )
    await suite.push('a kind that the project does not permit')
    const { value } = await suite.phase('kind', 'Syncing', 'NotPermitted')
    await record(suite, '9 Retrying refused kind', 'kind', value)
    expect(value.message).toContain('not permitted in project')
    const words = [
      'get',
      'clusterrolebinding',
      suite.name('kind'),
      '--ignore-not-found',
      '-o',
      'name',
    ]
    expect(await kubectl(words)).toBe('')
  })

  it('(j) an object in the namespace of another store is refused by the admission policy', async () => {
    const foreign = `apiVersion: v1
kind: ConfigMap
metadata: {name: planted, namespace: ${space('good')}}
data: {a: b}
`
    await suite.write(`${manifests('left')}/91-foreign.yaml`, foreign)
    await suite.push('an object in a foreign namespace')
    const refused = async () => {
      const { message = '' } = (await application(suite.name('left')))?.status?.operationState ?? {}
      return message.includes('may not write into namespace')
    }
    const { seconds: took } = await until('the object was refused', refused, () =>
      describeApplication(suite.name('left')),
    )
    suite.note('(j) foreign namespace: refused by the admission policy after', took)
    expect(await getObject('configmap', 'planted', space('good'))).toBeNull()
    await suite.remove('left', 'manifests/91-foreign.yaml')
    await suite.push('take it back')
    await suite.phase('left', 'Ready')
  })

  it('(l) a failed Job in sync wave -1 fails the sync; a new name fixes it', async () => {
    const file = `${manifests('wave')}/15-job.yaml`
    await suite.write(file, jobYaml(space('wave'), 'secret-1', 'x:failing', '-1'))
    await suite.edit('wave', 'manifests/30-config.yaml', later)
    await suite.push('a secret Job that fails')
    const { value } = await suite.phase('wave', 'Syncing', 'Retrying')
    await record(suite, '9 Retrying failed wave', 'wave', value)
    await suite.write(file, jobYaml(space('wave'), 'secret-2', 'x:fine', '-1'))
    const began = performance.now()
    await suite.push('a new secret Job')
    await suite.mended('wave', '9 Retrying')
    suite.note('(l) new secret Job after a failed one -> Ready', seconds(began))
  })

  it('(f) a commit during a hanging sync waits for it, and is reported as waiting', async () => {
    const file = `${manifests('field')}/15-job.yaml`
    await suite.write(file, jobYaml(space('field'), 'slow-1', 'x:broken', '-1'))
    await suite.edit('field', 'manifests/30-config.yaml', later)
    await suite.push('a Job that never starts')
    const { value: running } = await suite.phase('field', 'Syncing', 'Applying')
    await record(suite, '9 Applying', 'field', running)
    await suite.edit('field', 'manifests/30-config.yaml', (text) => text.replace('"yes"', '"no"'))
    await suite.push('a commit during the sync')
    const { value } = await suite.phase('field', 'Syncing', 'BlockedByPreviousSync')
    await record(suite, '9 BlockedByPreviousSync', 'field', value)
  })

  it('(f) a failed sync is reported until its own store is fixed, regardless of other commits', async () => {
    const file = `${manifests('stays')}/15-job.yaml`
    await suite.write(file, jobYaml(space('stays'), 'failing-1', 'x:failing', '-1'))
    await suite.edit('stays', 'manifests/30-config.yaml', later)
    await suite.push('a Job that fails')
    await suite.phase('stays', 'Syncing', 'Retrying')
    await suite.edit('paused', 'manifests/30-config.yaml', later)
    const unrelated = await suite.push('an unrelated commit')
    await until('the unrelated commit is live', async () => {
      const status = (await application(suite.name('paused')))?.status
      return status?.operationState?.syncResult?.revision === unrelated
    })
    const told = new Set<string>()
    for (let n = 0; n < 25; n += 1) {
      const { phase, reason } = await suite.store('stays')
      told.add(`${phase} ${reason}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect([...told].filter((words) => !/^(Syncing|Failed) /.test(words))).toEqual([])
    await suite.write(file, jobYaml(space('stays'), 'failing-2', 'x:fine', '-1'))
    const began = performance.now()
    await suite.push('a Job that works')
    await suite.mended('stays', '9 Retrying, another commit')
    suite.note('(f) mended after a failed sync and an unrelated commit -> Ready', seconds(began))
  })

  it("19 a Deployment paused in Git is Suspended, in Argo CD's words", async () => {
    await suite.edit('paused', 'manifests/50-wordpress.yaml', (text) =>
      inDeployment(text, (part) => part.replace(/^spec:\n/m, 'spec:\n  paused: true\n')),
    )
    await suite.push('pause it')
    const { value } = await suite.phase('paused', 'Suspended', 'PausedInCluster')
    await record(suite, '19 PausedInCluster', 'paused', value)
  })

  it('12 a protected object that Git no longer declares is kept, and the store stays Ready', async () => {
    await suite.edit(
      'left',
      'manifests/00-namespace.yaml',
      (text) => `${text}---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: spare
  namespace: ${space('left')}
  annotations: {argocd.argoproj.io/sync-options: "Prune=false,Delete=false"}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`,
    )
    await suite.push('one claim more')
    const claim = () => getObject('pvc', 'spare', space('left'))
    await until('the claim is there', async () => (await claim()) !== null)
    await suite.server.git('revert', '--no-edit', 'HEAD')
    await suite.server.git('push', '--quiet', 'origin', 'HEAD:main')
    const differs = async () =>
      (await application(suite.name('left')))?.status?.sync?.status === 'OutOfSync'
    await until('Argo CD sees the leftover', differs)
    // Argo CD also reports a difference while the first commit is in progress.
    const { value } = await until('the leftover is reported', async () => {
      const store = await suite.store('left')
      return store.phase === 'Ready' && store.message.includes('no longer declares') && store
    })
    await record(suite, '12 PruneProtected', 'left', value)
    expect(await claim()).not.toBeNull()
  })

  it('12 a denying sync window is reported, and the change is applied when it ends', async () => {
    const windows = (list: readonly object[]) =>
      kubectl([
        ...['-n', 'argocd', 'patch', 'appproject', 'stores', '--type', 'merge', '-p'],
        JSON.stringify({ spec: { syncWindows: list } }),
      ])
    const applications = [`store-${suite.name('good')}`]
    await windows([{ kind: 'deny', schedule: '* * * * *', duration: '1h', applications }])
    await suite.edit('good', 'manifests/50-wordpress.yaml', (text) =>
      text.replace('revisionHistoryLimit: 2', 'revisionHistoryLimit: 4'),
    )
    await suite.push('a change that a window denies')
    const { value, seconds: took } = await suite.phase('good', 'Committed', 'SyncWindow')
    suite.note('12 sync window that denies -> told', took)
    expect(value.sync).toBe('OutOfSync')
    await windows([])
    const path = `/api/v1/stores/${suite.name('good')}/refresh`
    expect((await suite.server.request('POST', path)).status).toBe(202)
    await suite.mended('good', '12 SyncWindow')
  })

  it("(n) each other store is Ready soon after Argo CD's own Healthy, and never before", async () => {
    await suite.pull()
    await suite.edit('yaml', 'manifests/30-config.yaml', (text) =>
      text.replace('kind: [ConfigMap', 'kind: ConfigMap'),
    )
    await suite.push('a manifest that is YAML again')
    await suite.mended('yaml', '8 CannotCompare')
    await suite.remove('kind', 'manifests/90-kind.yaml')
    await suite.push('no kind that the project does not permit')
    await suite.mended('kind', '9 NotPermitted')
    await suite.edit('paused', 'manifests/50-wordpress.yaml', (text) =>
      text.replace('spec:\n  paused: true\n', 'spec:\n'),
    )
    await suite.push('go on')
    await suite.mended('paused', '19 Suspended')
  })
})
