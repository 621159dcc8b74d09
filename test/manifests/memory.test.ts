import { describe, expect, it } from 'vitest'
import { wordpressConfig } from '../../constructs/static-files.ts'
import { holdsWorkers, POD_MEMORY } from '../../src/domain/admission/plans.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { find, type KubeObject, mebi, objectsOf, storeOf } from './rendered.ts'

const local = testPlatform()
const plans = Object.keys(local.plans)

interface Container {
  readonly name: string
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly resources: Record<'requests' | 'limits', { readonly memory: string }>
  readonly [probe: string]: unknown
}

function containers(objects: readonly KubeObject[], kind: string, name: string): Container[] {
  return find(objects, kind, name)['spec'].template.spec.containers as Container[]
}
const named = (all: Container[], name: string): Container => {
  const found = all.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no container ${name}`)
  return found
}
const setting = ({ env = [] }: Container, name: string) =>
  Number.parseInt(env.find((one) => one.name === name)?.value ?? '', 10)

describe.each(plans)('memory of plan %s', (plan) => {
  const objects = objectsOf(storeOf(plan), local)
  const shop = containers(objects, 'Deployment', 'wordpress')
  const php = named(shop, 'wordpress')
  const [database] = containers(objects, 'StatefulSet', 'mariadb')

  it('holds all PHP workers at their limit, the code cache and Apache', () => {
    const cache = Number(
      /^opcache\.memory_consumption = (\d+)$/m.exec(wordpressConfig['php.ini'])?.[1],
    )
    expect(cache).toBe(POD_MEMORY.cache)
    expect(wordpressConfig['vhost.conf']).toContain(
      'php_admin_value memory_limit ${STORE_PHP_MEMORY}',
    )
    expect(wordpressConfig['mpm.conf']).toContain('MaxRequestWorkers ${STORE_WORKERS}\n')
    const worst =
      setting(php, 'STORE_WORKERS') * (setting(php, 'STORE_PHP_MEMORY') + POD_MEMORY.worker) +
      cache +
      POD_MEMORY.base
    expect(worst).toBeLessThanOrEqual(mebi(php.resources.limits.memory))
    const size = local.plans[plan]?.wordpress
    expect(size !== undefined && holdsWorkers(size)).toBe(true)
  })

  it('is divided between PHP and the web server', () => {
    for (const kind of ['requests', 'limits'] as const) {
      const sum = shop.reduce((all, { resources }) => all + mebi(resources[kind].memory), 0)
      const size = local.plans[plan]?.wordpress
      expect(sum).toBe(kind === 'limits' ? size?.memoryLimitMi : size?.memoryRequestMi)
    }
  })

  it('is reserved for the database, whose request equals its limit', () => {
    expect(database?.resources.requests.memory).toBe(database?.resources.limits.memory)
  })
})

describe('probes of a shop', () => {
  const shop = containers(objectsOf(storeOf('small'), local), 'Deployment', 'wordpress')

  it('call the Store API only at the start', () => {
    const probes = (name: string) =>
      ['startupProbe', 'readinessProbe', 'livenessProbe'].map((probe) =>
        ['exec', 'httpGet', 'tcpSocket'].filter((kind) =>
          Object.hasOwn((named(shop, name)[probe] ?? {}) as object, kind),
        ),
      )
    expect(probes('wordpress')).toEqual([['exec'], ['tcpSocket'], []])
    expect(probes('web')).toEqual([['httpGet'], ['httpGet'], ['tcpSocket']])
    expect(JSON.stringify(named(shop, 'wordpress')['startupProbe'])).toContain('/scripts/ready.sh')
  })

  it('remove a shop from its Service after three failures, and never restart a busy one', () => {
    for (const name of ['wordpress', 'web']) {
      const { failureThreshold } = named(shop, name)['readinessProbe'] as {
        failureThreshold: number
      }
      expect(failureThreshold).toBeGreaterThanOrEqual(3)
    }
    expect(named(shop, 'wordpress')).not.toHaveProperty('livenessProbe')
  })
})
