import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { kubectl, until } from '../cluster/kubernetes.ts'
import { figure } from './figures.ts'
import { CONTROLLER, images } from './platform.ts'
import { inPod, podsOf, readyPod, sql } from './pods.ts'
import { secretsOf } from './secrets.ts'
import { type Order, PLACED, placeOrder, readOrder } from './shopper.ts'
import { openShops, type Shop, type Shops } from './shops.ts'

/** Returns `open` if a TCP connection succeeds within three seconds. */
async function connect(from: Shop, pod: string, address: string, port: number): Promise<string> {
  const script = `timeout 3 bash -c '</dev/tcp/${address}/${port}' 2>/dev/null && echo open || echo closed`
  return inPod(from.namespace, pod, ['bash', '-c', script])
}

describe.skipIf(inject('shopImages') === null)('two stores on one node', () => {
  let shops: Shops
  let one: Shop
  let other: Shop
  let order: Order

  beforeAll(async () => {
    shops = await openShops()
    ;[one, other] = await Promise.all([shops.open('one'), shops.open('other')])
    order = await placeOrder(other.site)
  })
  afterAll(() => shops?.close())

  it('S1-07 share no secret', async () => {
    const [mine, theirs] = await Promise.all([one, other].map((shop) => secretsOf(shop.namespace)))
    const long = (secrets?: ReadonlyMap<string, string>) =>
      [...(secrets ?? [])].filter(([, value]) => value.length >= 16).map(([, value]) => value)
    expect(long(mine).length).toBe(11)
    expect(new Set([...long(mine), ...long(theirs)]).size).toBe(22)
  })

  it('S1-06 cannot reach each other, the API server or the metadata service', async () => {
    const podIp = async (name: string) =>
      (await readyPod(other.namespace, name))?.status.podIP ?? ''
    const server = new URL(
      await kubectl(['config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}']),
    )
    const [database, web] = [await podIp('mariadb'), await podIp('wordpress')]
    const targets: [string, number][] = [
      [database, 3306],
      [web, 8080],
      [server.hostname, Number(server.port)],
      ['10.96.0.1', 443],
      ['169.254.169.254', 80],
    ]
    for (const [address, port] of targets) {
      for (const pod of ['wordpress', 'mariadb']) {
        const answer = await connect(one, pod, address, port)
        expect([pod, address, port, answer]).toEqual([pod, address, port, 'closed'])
      }
    }
    // The same connection succeeds where a store's own policies allow it.
    const own = (await readyPod(one.namespace, 'mariadb'))?.status.podIP ?? ''
    expect(await connect(one, 'wordpress', own, 3306)).toBe('open')
  })

  it('S2-08 are reachable by the ingress controller of the profile, and by no other pod', async () => {
    const web = (await readyPod(one.namespace, 'wordpress'))?.status.podIP ?? ''
    const ask = async (labels: Readonly<Record<string, string>>) => {
      const name = `shop-suite-${Object.keys(labels).length}`
      const command = ['curl', '-sS', '-m', '5', '-o', '/dev/null', '-w', '%{http_code}']
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: CONTROLLER.namespace, labels },
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: 'curl',
              image: images().baked,
              command: [
                'bash',
                '-c',
                `sleep 3; ${command.join(' ')} -H 'Host: ${one.site.host}' http://${web}:8080/shop/ || :`,
              ],
            },
          ],
        },
      }
      await kubectl(['apply', '-f', '-'], JSON.stringify(pod))
      const done = async () => {
        const words = ['-n', CONTROLLER.namespace, 'get', 'pod', name]
        return (await kubectl([...words, '-o', 'jsonpath={.status.phase}'])) === 'Succeeded'
      }
      await until(`${name} has asked`, done)
      const answer = await kubectl(['-n', CONTROLLER.namespace, 'logs', name])
      await kubectl(['-n', CONTROLLER.namespace, 'delete', 'pod', name, '--now'])
      return answer.split('\n').at(-1)
    }
    expect(await ask(CONTROLLER.podLabels)).toBe('200')
    expect(await ask({})).toBe('000')
  })

  it('S2-05 run set-up three times without additional products, pages or users', async () => {
    const counts = () =>
      sql(
        one.namespace,
        "SELECT 'products', COUNT(*) FROM wp_posts WHERE post_type = 'product' UNION " +
          "SELECT 'pages', COUNT(*) FROM wp_posts WHERE post_type = 'page' UNION " +
          "SELECT 'users', COUNT(*) FROM wp_users",
      )
    // With an order, as in every shop that is upgraded.
    await placeOrder(one.site)
    const before = await counts()
    expect(before).toContain('products\t1')
    for (const retry of [1, 2]) {
      await shops.ask(one.name, 'retry', { what: 'init' })
      const done = async () => {
        const pods = await podsOf(one.namespace, 'wp-init')
        return pods.some(
          ({ metadata, status, spec }) =>
            JSON.stringify(spec).includes(`"name":"RETRY","value":"${retry}"`) &&
            metadata.deletionTimestamp === undefined &&
            status.phase === 'Succeeded',
        )
      }
      const { seconds } = await until(`set-up has run again (${retry})`, done)
      await figure(`set-up run ${retry + 1}: commit -> done`, seconds)
      expect(await counts()).toEqual(before)
    }
  })

  it('S2-01 do not depend on each other: deleting one does not affect the other', async () => {
    const uids = async () => (await podsOf(other.namespace)).map(({ metadata }) => metadata.uid)
    const before = (await readyPod(other.namespace, 'wordpress'))?.metadata.uid
    const { status } = await shops.server.request('DELETE', `/api/v1/stores/${one.name}`)
    expect([202, 204]).toContain(status)
    const began = performance.now()
    const stopped = async () =>
      (await podsOf(one.namespace)).every(({ status: { phase } }) => /Succeeded|Failed/.test(phase))
    await until('no pod of the deleted one runs', stopped)
    await figure('delete -> last pod gone', (performance.now() - began) / 1000, '9 s by hand')
    expect(await uids()).toContain(before)
    expect(await readOrder(other.site, order)).toBe(PLACED)
    expect(await readOrder(other.site, await placeOrder(other.site))).toBe(PLACED)
  })
})
