import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealedSecrets } from '../../src/adapters/secrets/sealed-secrets.ts'
import type { SealedSecrets } from '../../src/contract/sealed-secret.ts'
import type { Sealer } from '../../src/domain/sealer.ts'
import { sealStore } from '../../src/operations/rendering/seal-store.ts'
import {
  type BareRemote,
  createBareRemote,
  type ServedRemote,
  serveBareRemote,
} from '../../src/testing/bare-remote.ts'
import { type Choices, type Variant, variant } from '../manifests/matrix.ts'
import { textOf } from '../manifests/rendered.ts'
import {
  application,
  describeApplication,
  installStores,
  refresh,
  removeStores,
  syncedAndHealthy,
} from './argo-cd.ts'
import { getObject, type KubeObject, kubectl, until } from './kubernetes.ts'

/**
 * Stores of many shapes in a plain Git repository, synced by a real Argo CD and a real Sealed
 * Secrets controller.
 */
const run = `v${Date.now().toString(36)}`
const SHAPES: Readonly<Record<string, Partial<Choices>>> = {
  full: { exposure: 'per-store', backup: 'pvc', cache: true, smtp: true, domains: true },
  gateway: { exposure: 'gateway', secrets: 'generator', code: 'baked', quarantine: true },
  bucket: { plan: 'medium', secrets: 'external', backup: 's3', code: 'writable' },
  shared: { plan: 'large RWX', exposure: 'wildcard' },
  suspended: { lifecycle: 'suspended', cache: true },
  deleted: { lifecycle: 'deleted', backup: 'pvc' },
  purge: { lifecycle: 'purge', backup: 's3' },
  sealed: { secrets: 'sealed' },
}
const names = Object.keys(SHAPES)
const nameOf = (shape: string) => `${run}-${shape}`
/**
 * An autoscaler without metrics reports a fault, which Argo CD shows for the store (health of HPA,
 * 3.6).
 */
const WITHOUT_METRICS = ['shared']
/** All stores arrive in one commit, so the first one checked waits for the others. */
const FIRST_SYNC_SECONDS = 300

let remote: BareRemote
let served: ServedRemote
const plain = new Map<string, string>()

function named(shape: string, credentials = 1): Variant {
  const { store, ...others } = variant(SHAPES[shape] ?? {})
  return {
    ...others,
    store: { ...store, name: nameOf(shape), nonce: { ...store.nonce, credentials } },
  }
}

/** The real sealer with values known to this test instead of random ones. */
const knownSealer: Sealer = {
  seal(certificate, address, values) {
    const known = Object.entries(values).map(([key, value]) => {
      const text = 'text' in value ? value.text : `${key.replaceAll('-', '')}${plain.size}`
      plain.set(`${address.name}/${key}`, text)
      return [key, { text }] as const
    })
    return sealedSecrets({ clock: Date }).seal(certificate, address, Object.fromEntries(known))
  },
}

async function sealedFor(each: Variant, committed: SealedSecrets = {}): Promise<SealedSecrets> {
  const file = process.env['SEALED_SECRETS_CERT'] ?? ''
  if (file === '') throw new Error('SEALED_SECRETS_CERT must name the certificate of the cluster')
  return sealStore(knownSealer, await readFile(file, 'utf8'), each.store, committed)
}

function filesOf({ store, platform }: Variant, sealed: SealedSecrets): Record<string, string> {
  const files = [...textOf(store, platform, sealed)]
  return Object.fromEntries(
    files.map(([path, text]) => [`stores/${store.team}/${store.name}/${path}`, text]),
  )
}

interface Secret extends KubeObject {
  readonly data: Readonly<Record<string, string>>
  readonly metadata: KubeObject['metadata'] & { readonly ownerReferences?: readonly object[] }
}

async function secretOf(shape: string, name: string): Promise<Secret> {
  const found = await getObject<Secret>('secret', name, `store-${nameOf(shape)}`)
  if (found === null) throw new Error(`no Secret ${name}`)
  return found
}

function opened({ data }: Secret): Record<string, string> {
  const texts = Object.entries(data).map(([key, value]) => [key, atob(value)])
  return Object.fromEntries(texts) as Record<string, string>
}

/** The sealed values of a Secret, by key. */
function sealedTexts(name: string): Record<string, string> {
  const ours = [...plain].filter(([key]) => key.startsWith(`${name}/`))
  return Object.fromEntries(ours.map(([key, text]) => [key.slice(name.length + 1), text]))
}

let committed: SealedSecrets

beforeAll(async () => {
  await removeStores()
  remote = await createBareRemote()
  served = await serveBareRemote(remote.path)
  committed = await sealedFor(named('sealed'))
  const all = names.map((shape) => filesOf(named(shape), committed))
  await remote.commit(Object.assign({}, ...all) as Record<string, string>, 'stores of every shape')
  await installStores(served.url, ['job', 'sealed', 'external'])
})

afterAll(async () => {
  await approve()
  await removeStores()
  const gone = names.map((shape) => `namespace/store-${nameOf(shape)}`)
  await kubectl(['delete', '--ignore-not-found', '--wait=false', ...gone])
  await served?.close()
  await remote?.remove()
})

describe('a real Argo CD', () => {
  it.each(names)('syncs a store of shape "%s"', { timeout: 400_000 }, async (shape) => {
    await until(
      'the Application is Synced',
      async () => {
        const status = (await application(nameOf(shape)))?.status
        return status?.sync?.status === 'Synced' && status.operationState?.phase === 'Succeeded'
      },
      () => describeApplication(nameOf(shape)),
      FIRST_SYNC_SECONDS,
    )
    if (!WITHOUT_METRICS.includes(shape)) await syncedAndHealthy(nameOf(shape))
  })

  it.each(names)('finds nothing to correct in shape "%s" afterwards', async (shape) => {
    const before = (await application(nameOf(shape)))?.status?.operationState?.startedAt
    await refresh(nameOf(shape), 'hard')
    await refresh(nameOf(shape))
    const status = (await application(nameOf(shape)))?.status
    const resources = status?.resources ?? []
    expect(resources.length).toBeGreaterThan(20)
    expect(resources.filter((resource) => resource.status !== 'Synced')).toEqual([])
    expect(status?.sync?.status).toBe('Synced')
    expect(status?.operationState?.startedAt).toBe(before)
    expect(status?.conditions ?? []).toEqual([])
  })
})

describe('the Sealed Secrets controller', () => {
  it('S1-07 creates Secrets with exactly the sealed values', async () => {
    for (const name of Object.keys(committed)) {
      expect(opened(await secretOf('sealed', name)), name).toEqual(sealedTexts(name))
    }
    expect(Object.keys(committed)).toHaveLength(3)
  })

  it('provides both passwords after a rotation, and keeps the salts', async () => {
    const [before, salts] = [
      opened(await secretOf('sealed', 'db-credentials')),
      (await secretOf('sealed', 'wp-salts')).metadata,
    ]
    const rotated = named('sealed', 2)
    committed = await sealedFor(rotated, committed)
    await remote.commit(filesOf(rotated, committed), 'rotate the database password')
    await refresh(nameOf('sealed'))
    await until(
      'the Secret has the new revision',
      async () => opened(await secretOf('sealed', 'db-credentials'))['revision'] === '2',
      () => describeApplication(nameOf('sealed')),
    )
    const after = opened(await secretOf('sealed', 'db-credentials'))
    expect(after).toEqual({
      password: sealedTexts('db-credentials')['password'],
      'previous-password': before['password'],
      'root-password': before['root-password'],
      revision: '2',
    })
    expect(after['password']).not.toBe(before['password'])
    expect((await secretOf('sealed', 'wp-salts')).metadata).toEqual(salts)
    await syncedAndHealthy(nameOf('sealed'))
  })

  it('keeps the Secret when its SealedSecret is deleted, and adopts it again', async () => {
    const namespace = `store-${nameOf('sealed')}`
    const sealed = () => getObject('sealedsecret', 'db-credentials', namespace)
    const before = await secretOf('sealed', 'db-credentials')
    const old = (await sealed())?.metadata.uid
    expect(old).toBeDefined()
    // With an owner reference, the garbage collector would remove the Secret.
    expect(before.metadata.ownerReferences ?? []).toEqual([])
    await kubectl(['-n', namespace, 'delete', 'sealedsecret', 'db-credentials'])
    const back = async () => ((await sealed())?.metadata.uid ?? old) !== old
    await until('Argo CD has put it back', back, () => describeApplication(nameOf('sealed')))
    await syncedAndHealthy(nameOf('sealed'))
    const after = await secretOf('sealed', 'db-credentials')
    expect(after.metadata.uid).toBe(before.metadata.uid)
    expect(opened(after)).toEqual(opened(before))
  })
})

describe('a purge', () => {
  const { store } = named('purge')
  const namespace = `store-${store.name}`
  const part = (kind: string, name: string) => getObject(kind, name, namespace)

  it('deletes nothing before a person approves, then everything', async () => {
    await remote.commit({ [`stores/${store.team}/${store.name}`]: null }, 'purge, second step')
    const look = 'argocd.argoproj.io/application-set-refresh=true'
    await kubectl(['-n', 'argocd', 'annotate', '--overwrite', 'applicationset', 'stores', look])
    const going = async () =>
      (await getObject('application', namespace, 'argocd'))?.metadata.deletionTimestamp !==
      undefined
    await until('the Application is being deleted', going)
    await new Promise((resolve) => setTimeout(resolve, UNAPPROVED_MS))
    for (const [kind, name] of [
      ['namespace', namespace],
      ['statefulset', 'mariadb'],
      ['persistentvolumeclaim', 'mariadb-data'],
      ['service', 'wordpress'],
    ] as const) {
      const found = await part(kind, name)
      expect(found, `${kind} ${name}`).not.toBeNull()
      expect(found?.metadata.deletionTimestamp, `${kind} ${name}`).toBeUndefined()
    }
    await approve()
    await until(
      'Application and namespace are gone',
      async () =>
        (await application(store.name)) === null && (await part('namespace', namespace)) === null,
      () => describeApplication(store.name),
    )
  })
})

/** Long enough for an unwanted deletion to start. A deletion starts within a second. */
const UNAPPROVED_MS = 5000

/** Equivalent to `argocd app confirm-deletion`. Does nothing if the Application is gone. */
async function approve(): Promise<void> {
  const name = `store-${nameOf('purge')}`
  if ((await getObject('application', name, 'argocd')) === null) return
  const mark = `argocd.argoproj.io/deletion-approved=${new Date().toISOString()}`
  await kubectl(['-n', 'argocd', 'annotate', '--overwrite', 'application', name, mark])
}
