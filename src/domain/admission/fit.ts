import { extraOptions } from '../../contract/extra-options.ts'
import type { Plan, Platform, Release } from '../../contract/platform-file.ts'
import type { ProblemDetail } from '../../contract/problem.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { workerMemory } from './plans.ts'

/** Destination of a store's backups: its own setting, or that of the platform. */
export function backupDestination(store: StoreFile, platform: Platform): 'none' | 'pvc' | 's3' {
  return store.backup?.destination ?? platform.backup.destination
}

/**
 * Returns every reason why this intent cannot be rendered on this platform, each with its pointer
 * into store.yaml: unknown names, options that exclude each other, and options that platform.yaml
 * does not support.
 */
export function fitProblems(store: StoreFile, platform: Platform): ProblemDetail[] {
  const unknown = unknownReferences(store, platform)
  const release = Object.hasOwn(platform.releases, store.release)
    ? platform.releases[store.release]
    : undefined
  return [
    ...unknown,
    ...exposureProblems(store, platform),
    ...secretsProblems(store, platform),
    ...uploadProblems(store, platform),
    ...(release === undefined ? [] : releaseProblems(store, platform, release)),
  ]
}

/** References to names that platform.yaml does not declare, each with the names that it does. */
function unknownReferences(store: StoreFile, platform: Platform): ProblemDetail[] {
  const known = {
    plan: platform.plans,
    release: platform.releases,
    cluster: platform.clusters,
    team: platform.teams,
  } as const
  return (['plan', 'release', 'cluster', 'team'] as const)
    .filter((key) => !Object.hasOwn(known[key], store[key]))
    .map((key) => {
      const names = Object.keys(known[key]).slice(0, 20).join(', ')
      return pointed(`#/${key}`, `platform.yaml declares no such ${key}; it declares ${names}`)
    })
}

/**
 * Plans and clusters that the store's team may not use. This applies to requests only: an existing
 * store keeps its plan and cluster, and is still rendered.
 */
export function teamProblems(store: StoreFile, platform: Platform): ProblemDetail[] {
  const team = Object.hasOwn(platform.teams, store.team) ? platform.teams[store.team] : undefined
  return (
    [
      ['plan', team?.plans ?? null],
      ['cluster', team?.clusters ?? null],
    ] as const
  ).flatMap(([key, allowed]) =>
    allowed === null || allowed.includes(store[key])
      ? []
      : [pointed(`#/${key}`, `is not open to this team, which may use ${allowed.join(', ')}`)],
  )
}

function exposureProblems(store: StoreFile, { exposure }: Platform): ProblemDetail[] {
  if (exposure.mode !== 'gateway' || (store.domains ?? []).length === 0) return []
  return [
    pointed('#/domains', 'a store cannot have its own domains with a Gateway in this version'),
  ]
}

function secretsProblems(store: StoreFile, { secrets }: Platform): ProblemDetail[] {
  const { secretsMode, nonce } = store
  if (secretsMode === 'sealed' && secrets.certificate === null) {
    return [pointed('#/secretsMode', 'sealed needs secrets.sealed.certificate in platform.yaml')]
  }
  if (secretsMode !== 'external') return []
  if (secrets.external === null) {
    return [pointed('#/secretsMode', 'external needs secrets.external in platform.yaml')]
  }
  if (secrets.external.storeKind !== 'Generator') return []
  const detail = 'cannot be raised, because a generator makes each value only once'
  return [
    ...(nonce.credentials > 1 ? [pointed('#/nonce/credentials', detail)] : []),
    ...(nonce.adminReset > 0 ? [pointed('#/nonce/adminReset', detail)] : []),
  ]
}

/** Size in MiB of `/tmp` in a WordPress pod, where PHP keeps an upload until its request ends. */
const SCRATCH_MI = 1024

/**
 * Largest upload limit of a plan in MiB. A request must fit into the memory of one PHP worker
 * (php.net, post_max_size), and the uploads of all workers at once into `/tmp`, or the kubelet
 * evicts the pod. The default is always allowed.
 */
export function largestUploadMi({ wordpress }: Pick<Plan, 'wordpress'>): number {
  const { phpMemoryMi } = workerMemory(wordpress)
  const share = Math.floor(SCRATCH_MI / wordpress.workers)
  const { uploadMaxMegabytes } = extraOptions.php.default.value
  return Math.max(uploadMaxMegabytes, Math.min(phpMemoryMi, share))
}

function uploadProblems({ php, plan }: StoreFile, { plans }: Platform): ProblemDetail[] {
  const size = Object.hasOwn(plans, plan) ? plans[plan] : undefined
  if (php === undefined || size === undefined) return []
  const most = largestUploadMi(size)
  if (php.uploadMaxMegabytes <= most) return []
  const detail = `must be at most ${most} with plan ${plan}, whose PHP workers share memory and space for uploads`
  return [pointed('#/php/uploadMaxMegabytes', detail)]
}

function releaseProblems(store: StoreFile, platform: Platform, release: Release): ProblemDetail[] {
  const problems: ProblemDetail[] = []
  const need = (holds: boolean, pointer: string, detail: string) => {
    if (!holds) problems.push(pointed(pointer, detail))
  }
  const baked = release.code === 'baked'
  need(
    store.code !== 'writable' || !baked,
    '#/code',
    'writable needs a release whose code is downloaded; this one is baked',
  )
  if (store.cache === true) {
    need(release.images.valkey !== undefined, '#/cache', 'the release names no image for valkey')
    need(
      baked || release.redisCache !== undefined,
      '#/cache',
      'the release pins no redisCache plugin',
    )
  }
  const toBucket = backupDestination(store, platform) === 's3'
  if (toBucket) {
    need(platform.backup.s3 !== null, '#/backup/destination', 'platform.yaml declares no bucket')
    need(
      release.images.rclone !== undefined,
      '#/backup/destination',
      'the release names no image for rclone',
    )
  }
  need(store.origin === undefined || toBucket, '#/origin', 'a copy needs backups in an S3 bucket')
  return problems
}

function pointed(pointer: string, detail: string): ProblemDetail {
  return { pointer, detail }
}
