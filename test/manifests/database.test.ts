import { describe, expect, it } from 'vitest'
import { testPlatform } from '../../src/testing/platform.ts'
import { containersOf, find, objectsOf, podsOf, storeOf } from './rendered.ts'

const local = testPlatform()

describe('the database', () => {
  const objects = objectsOf(storeOf('small'), local)
  const spec = find(objects, 'StatefulSet', 'mariadb')['spec']

  it('keeps its volumes, starts in parallel and has two minutes to stop', () => {
    expect(spec).toMatchObject({ podManagementPolicy: 'Parallel', serviceName: 'mariadb' })
    expect(spec.volumeClaimTemplates).toBeUndefined()
    expect(spec.template.spec.volumes.length).toBeGreaterThan(4)
    expect(spec.template.spec.terminationGracePeriodSeconds).toBe(120)
    expect(spec.selector.matchLabels).toEqual({
      'app.kubernetes.io/instance': 'shop-small',
      'app.kubernetes.io/name': 'mariadb',
    })
  })

  it('S2-03 may take ten minutes to start, and no probe names a host or the login page', () => {
    const [server] = spec.template.spec.containers
    expect(
      server.startupProbe.periodSeconds * server.startupProbe.failureThreshold,
    ).toBeGreaterThanOrEqual(600)
    const probes = JSON.stringify(
      podsOf(objects)
        .flatMap((pod) => containersOf(pod))
        .map((container) => [
          container.startupProbe,
          container.readinessProbe,
          container.livenessProbe,
        ]),
    )
    expect(probes).not.toMatch(/"host"|wp-login|mysqladmin|innodb_initialized/)
  })
})
