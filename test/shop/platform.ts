import { expect, inject } from 'vitest'
import { stringify } from 'yaml'
import { defaultPlans } from '../../src/contract/plan-defaults.ts'
import { cpuQuantity, memoryQuantity } from '../../src/domain/admission/plans.ts'
import { parsePlatformFile } from '../../src/repo-files/platform-file.ts'
import { kubectl } from '../cluster/kubernetes.ts'
import type { NodeImages } from './images.ts'

/** The node's images. @throws Error outside a suite with a node */
export function images(): NodeImages {
  const found = inject('shopImages')
  if (found === null) throw new Error('there is no node')
  return found
}

export const RELEASE = '2026.11'
/** A release whose MariaDB image exists in no registry. */
export const BROKEN_RELEASE = '2026.12'

/** Allowed client of the shops: a pod of this suite that replaces the profile's controller. */
export const CONTROLLER = {
  namespace: 'kube-system',
  podLabels: { 'app.kubernetes.io/name': 'traefik' },
} as const

/** A release of these images, with the code in the image. */
export function releaseOf({
  mariadb,
  baked,
  wordpressCli,
  valkey,
  woocommerceVersion,
}: NodeImages) {
  return {
    images: { wordpress: baked, wordpressCli, mariadb, valkey },
    code: 'baked',
    woocommerce: {
      version: woocommerceVersion,
      url: `https://downloads.wordpress.org/plugin/woocommerce.${woocommerceVersion}.zip`,
      sha256: 'f'.repeat(64), // Unused, because the image contains the plugin.
    },
    schema: { wordpress: 60717, woocommerce: woocommerceVersion, mariadb: '11.8' },
  }
}

/**
 * `platform.yaml` of the suite, as an operator of this node would write it, with one release that
 * cannot start.
 */
export async function platformFile(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const release = releaseOf(images())
  const absent = images().mariadb.replace(/@.*/, `@sha256:${'1'.repeat(64)}`)
  const platform = {
    apiVersion: 'storewright.dev/v1',
    kind: 'Platform',
    baseDomain: '127-0-0-1.nip.io',
    exposure: { mode: 'ingress', ingress: { className: 'traefik' }, peers: [CONTROLLER] },
    network: { apiServer: await apiServer() },
    releases: {
      [RELEASE]: release,
      [BROKEN_RELEASE]: { ...release, images: { ...release.images, mariadb: absent } },
    },
    defaults: { release: RELEASE },
    limits: { maxStores: 1000, provisioning: 0, massDelete: { max: 1000 } },
    deletion: { retentionDays: 7 },
    ...more,
  }
  const text = stringify(platform, { aliasDuplicateObjects: false })
  expect(parsePlatformFile(text).problems).toEqual([])
  return text
}

/** A plan in the form of platform.yaml, with volumes that fit the node's volumes of 20 GiB. */
export function planFor(name: keyof typeof defaultPlans): Readonly<Record<string, unknown>> {
  const { wordpress, mariadb, quota, initDeadlineSeconds } = defaultPlans[name]
  const compute = (part: typeof wordpress | typeof mariadb) => ({
    cpuRequest: cpuQuantity(part.cpuRequestMillis),
    cpuLimit: cpuQuantity(part.cpuLimitMillis),
    memoryRequest: memoryQuantity(part.memoryRequestMi),
    memoryLimit: memoryQuantity(part.memoryLimitMi),
  })
  const { workers, replicas } = wordpress
  return {
    wordpress: { ...compute(wordpress), workers, replicas },
    mariadb: { ...compute(mariadb), bufferPool: memoryQuantity(mariadb.bufferPoolMi) },
    storage: { uploads: 10, database: 10, backups: 10 },
    quota: {
      requestsCpu: cpuQuantity(quota.requestsCpuMillis),
      requestsMemory: memoryQuantity(quota.requestsMemoryMi),
      limitsCpu: cpuQuantity(quota.limitsCpuMillis),
      limitsMemory: memoryQuantity(quota.limitsMemoryMi),
      pods: quota.pods,
    },
    initDeadlineSeconds,
  }
}

/** Addresses of the API server for pods. A NetworkPolicy matches the address behind the Service. */
async function apiServer(): Promise<{ cidrs: string[]; ports: number[] }> {
  const words = ['-n', 'default', 'get', 'endpointslices', '-o', 'json']
  const text = await kubectl([...words, '-l', 'kubernetes.io/service-name=kubernetes'])
  const { items } = JSON.parse(text) as {
    items: { endpoints: { addresses: string[] }[]; ports: { port: number }[] }[]
  }
  return {
    cidrs: items.flatMap(({ endpoints }) =>
      endpoints.flatMap(({ addresses }) => addresses.map((address) => `${address}/32`)),
    ),
    ports: items.flatMap(({ ports }) => ports.map(({ port }) => port)),
  }
}
