import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import type { StoreFile } from '../../src/contract/store-file.ts'
import { renderStore } from '../../src/operations/render-store.ts'
import { parsePlatformFile } from '../../src/repo-files/platform-file.ts'
import { leadingComment, parseStoreFile } from '../../src/repo-files/store-file.ts'
import { describeApplication, installStores, removeStores } from '../cluster/argo-cd.ts'
import { kubectl, until } from '../cluster/kubernetes.ts'
import { startServer, type TestServer } from '../cluster/server.ts'
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
  /** Creates a store by API; `part` makes its name. Resolves when Git has it, in milliseconds of `performance.now()`. */
  declare(part: string, request?: Readonly<Record<string, unknown>>): Promise<Declared>
  /** `declare`, then waits until the shop sells. */
  open(part: string, request?: Readonly<Record<string, unknown>>): Promise<Shop>
  /** Changes intent as a person would, by git: store.yaml and its render in one commit. */
  edit(name: string, message: string, change: (store: StoreFile) => StoreFile): Promise<void>
  /** Undoes the last commit of the stores repo by plain git. */
  revertLast(): Promise<void>
  close(): Promise<void>
}

export interface Declared {
  readonly name: string
  readonly namespace: string
  /** When the API answered, so when the commit was on main. */
  readonly committedAt: number
}

/** A server with an empty stores repo, its Argo CD objects, and a platform of this node's images. */
export async function openShops(platform: Readonly<Record<string, unknown>> = {}): Promise<Shops> {
  await removeStores()
  await giveBackVolumes()
  const server = await startServer()
  await installStores(server.repoURL)
  await writeFile(join(server.clone, 'platform.yaml'), await platformFile(platform))
  await push(server, 'chore: this node')
  const read = async () => {
    const { body } = await server.request('GET', '/api/v1/platform')
    return (body as { limits: { maxStores: number } }).limits.maxStores === 1000
  }
  await until('the server has read platform.yaml', read)
  // Names that no earlier run has used, since its namespaces may still be terminating.
  const run = `t${Date.now().toString(36)}`
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
    edit: (name, message, change) => edit(server, name, message, change),
    revertLast: async () => {
      await server.git('pull', '--quiet', '--ff-only')
      await server.git('revert', '--no-edit', 'HEAD')
      await server.git('push', '--quiet', 'origin', 'HEAD:main')
    },
    close: async () => {
      await removeStores()
      await removeNamespaces(run)
      await giveBackVolumes()
      await server.stop()
    },
  }
}

/** Waits until the shop answers its first customer. @throws Error with what Argo CD and the pods say */
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

/** Waits until the shop does not sell any more. */
export async function closedShop(shop: Shop): Promise<void> {
  await until(`${shop.name} is closed`, async () => !(await sells(shop.site)))
}

export async function describeShop(name: string): Promise<string> {
  const pods = (await podsOf(`store-${name}`)).map(({ metadata, status }) =>
    [metadata.name, status.phase, JSON.stringify(status.containerStatuses ?? [])].join(' '),
  )
  return [await describeApplication(name), ...pods].join('\n')
}

async function push(server: TestServer, message: string): Promise<void> {
  await server.git('add', '--all')
  await server.git('commit', '--quiet', '-m', message)
  await server.git('push', '--quiet', 'origin', 'HEAD:main')
}

async function edit(
  server: TestServer,
  name: string,
  message: string,
  change: (store: StoreFile) => StoreFile,
): Promise<void> {
  await server.git('pull', '--quiet', '--ff-only')
  const folder = join(server.clone, 'stores/default', name)
  const text = await readFile(join(folder, 'store.yaml'), 'utf8')
  const platform = parsePlatformFile(await readFile(join(server.clone, 'platform.yaml'), 'utf8'))
  const store = parseStoreFile(text)
  if (store.value === null || platform.value === null) {
    throw new Error(JSON.stringify([store.problems, platform.problems]))
  }
  const files = renderStore(change(store.value), platform.value, { comment: leadingComment(text) })
  await rm(folder, { recursive: true })
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  await push(server, message)
}

async function removeNamespaces(run: string): Promise<void> {
  const names = (await kubectl(['get', 'namespaces', '-o', 'name'])).split('\n')
  const ours = names.filter((name) => name.includes(`/store-${run}-`))
  if (ours.length === 0) return
  await kubectl(['delete', '--wait=false', ...ours])
  const gone = async () =>
    (await kubectl(['get', '--ignore-not-found', '-o', 'name', ...ours])) === ''
  await until('the namespaces of this run are gone', gone)
}
