import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { StoreFile } from '../../src/contract/store-file.ts'
import { describeApplication, installStores, removeStores } from '../cluster/argo-cd.ts'
import { kubectl, until } from '../cluster/kubernetes.ts'
import { startServer, type TestServer } from '../cluster/server.ts'
import { edit, pushAll, removeFolder, revertLast } from './by-hand.ts'
import { platformFile } from './platform.ts'
import { podsOf } from './pods.ts'
import { sells } from './shopper.ts'
import { giveBackVolumes } from './volumes.ts'
import type { Site } from './web.ts'

export interface Shop {
  readonly name: string
  readonly namespace: string
  readonly site: Site
}

export interface Shops {
  readonly server: TestServer
  /**
   * Creates a store by API with a name from `part`. Resolves with the commit time, in milliseconds
   * of `performance.now()`.
   */
  declare(part: string, request?: Readonly<Record<string, unknown>>): Promise<Declared>
  /** Calls `declare` and waits until the shop sells. */
  open(part: string, request?: Readonly<Record<string, unknown>>): Promise<Shop>
  /** Requests an action on a store: `suspend`, `resume`, `restore`, or `retry` with a body. */
  ask(name: string, verb: string, body?: Readonly<Record<string, unknown>>): Promise<void>
  /** Changes fields of a store by API, whatever its version. */
  patch(name: string, fields: Readonly<Record<string, unknown>>): Promise<void>
  /** Changes the intent by git: store.yaml and its rendered files in one commit. */
  edit(name: string, message: string, change: (store: StoreFile) => StoreFile): Promise<void>
  /** Reverts the last commit of the stores repo by plain git. */
  revertLast(): Promise<void>
  /** Removes a store's folder, like the second step of a purge. */
  removeFolder(name: string): Promise<void>
  close(): Promise<void>
}

export interface Declared {
  readonly name: string
  readonly namespace: string
  /** Time of the API's response, when the commit was on main. */
  readonly committedAt: number
}

/**
 * A server with an empty stores repo, its Argo CD objects, and a platform with this node's images.
 */
export async function openShops(platform: Readonly<Record<string, unknown>> = {}): Promise<Shops> {
  await removeStores()
  await removeNamespaces() // From an interrupted run.
  const server = await startServer()
  await installStores(server.repoURL, ['job', 'sealed'])
  await writeFile(join(server.clone, 'platform.yaml'), await platformFile(platform))
  await pushAll(server, 'chore: this node')
  const read = async () => {
    const { body } = await server.request('GET', '/api/v1/platform')
    return (body as { limits: { maxStores: number } }).limits.maxStores === 1000
  }
  await until('the server has read platform.yaml', read)
  // Unique names per run, because the namespaces of earlier runs may still be terminating.
  const run = `shop${Date.now().toString(36)}`
  const declare: Shops['declare'] = async (part, request = {}) => {
    const name = `${run}-${part}`
    const { status, body } = await server.request('POST', '/api/v1/stores', { name, ...request })
    expect([status, body]).toEqual([201, expect.anything()])
    return { name, namespace: `store-${name}`, committedAt: performance.now() }
  }
  return {
    server,
    declare,
    open: async (part, request) => {
      const { name } = await declare(part, request)
      return sellingShop(name)
    },
    ask: async (name, verb, body = {}) => {
      const path = `/api/v1/stores/${name}/${verb}`
      const reply = await server.request('POST', path, body)
      expect([reply.status, reply.body]).toEqual([200, expect.anything()])
    },
    patch: async (name, fields) => {
      const reply = await fetch(`${server.url}/api/v1/stores/${name}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', 'if-match': '*' },
        body: JSON.stringify(fields),
      })
      expect([reply.status, await reply.text()]).toEqual([200, expect.anything()])
    },
    edit: (name, message, change) => edit(server, name, message, change),
    revertLast: () => revertLast(server),
    removeFolder: (name) => removeFolder(server, name),
    close: async () => {
      await removeStores()
      await removeNamespaces()
      await server.stop()
    },
  }
}

/**
 * Waits until the shop serves its first customer.
 * @throws Error with the status of Argo CD and the pods
 */
export async function sellingShop(name: string, limitSeconds = 240): Promise<Shop> {
  const namespace = `store-${name}`
  const address = async () => {
    const words = ['-n', namespace, 'get', 'service', 'wordpress', '--ignore-not-found']
    return (await kubectl([...words, '-o', 'jsonpath={.spec.clusterIP}'])) || null
  }
  const why = () => describeShop(name)
  const { value } = await until(`the Service of ${name} exists`, address, why, limitSeconds)
  const site = { address: value, host: `${name}.127-0-0-1.nip.io` }
  await until(`${name} sells`, () => sells(site), why, limitSeconds)
  return { name, namespace, site }
}

/** Waits until the shop no longer sells. */
export async function closedShop(shop: Shop): Promise<void> {
  await until(`${shop.name} is closed`, async () => !(await sells(shop.site)))
}

export async function describeShop(name: string): Promise<string> {
  const pods = (await podsOf(`store-${name}`)).map(({ metadata, status }) =>
    [metadata.name, status.phase, JSON.stringify(status.containerStatuses ?? [])].join(' '),
  )
  const words = ['-n', `store-${name}`, 'get', 'events', '--field-selector', 'type=Warning']
  const line = '{range .items[*]}{.involvedObject.name}: {.message}{"\\n"}{end}'
  const events = await kubectl([...words, '-o', `jsonpath=${line}`])
  return [await describeApplication(name), ...pods, events].join('\n')
}

/** Namespaces of this suite's stores, with all their contents. */
async function removeNamespaces(): Promise<void> {
  const names = (await kubectl(['get', 'namespaces', '-o', 'name'])).split('\n')
  const ours = names.filter((name) => /\/store-shop[0-9a-z]{8}-/.test(name))
  if (ours.length > 0) {
    await kubectl(['delete', '--wait=false', ...ours])
    const gone = async () =>
      (await kubectl(['get', '--ignore-not-found', '-o', 'name', ...ours])) === ''
    await until('the namespaces of this suite are gone', gone)
  }
  await giveBackVolumes()
}
