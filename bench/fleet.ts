import { readFile } from 'node:fs/promises'
import { ulid } from 'ulid'
import { commitMessage } from '../src/domain/commit-message.ts'
import { GENERATOR } from '../src/contract/version.ts'
import type { Platform } from '../src/contract/platform-file.ts'
import type { StoreFile } from '../src/contract/store-file.ts'
import { renderStore } from '../src/operations/render-store.ts'
import { parsePlatformFile } from '../src/repo-files/platform-file.ts'
import { parseStoreFile } from '../src/repo-files/store-file.ts'
import { type BareRemote, createBareRemote } from '../src/testing/bare-remote.ts'

const EXAMPLE = new URL('../examples/small.yaml', import.meta.url)
const TEMPLATE = new URL('../gitops-repo-template/platform.yaml', import.meta.url)
const TEAMS = 100

/** platform.yaml of the template with a hundred teams and room for 20,000 stores. */
export async function fleetPlatform(): Promise<{
  readonly text: string
  readonly value: Platform
}> {
  const teams = Array.from({ length: TEAMS }, (_, n) => `  ${teamOf(n)}: {}\n`).join('')
  const template = (await readFile(TEMPLATE, 'utf8')).replaceAll(
    /^(?:limits|teams|clusters):\n(?: .*\n)*/gm,
    '',
  )
  const text = `${template}limits:\n  maxStores: 20000\n  provisioning: 0\n  massDelete:\n    percent: 100\nclusters:\n  in-cluster:\n    maxStores: 5000\n  second:\n    maxStores: 5000\n  third:\n    maxStores: 5000\nteams:\n  default: {}\n${teams}`
  const { value, problems } = parsePlatformFile(text)
  if (value === null) throw new Error(`the fleet's platform.yaml: ${JSON.stringify(problems)}`)
  return { text, value }
}

/** The example store under another name, in one of the hundred teams. */
export async function fleetStores(count: number): Promise<readonly StoreFile[]> {
  const { value } = parseStoreFile(await readFile(EXAMPLE, 'utf8'))
  if (value === null) throw new Error('examples/small.yaml does not parse')
  return Array.from({ length: count }, (_, n) => ({
    ...value,
    name: `fleet-${n}`,
    title: `Fleet ${n}`,
    team: teamOf(n % TEAMS),
    cluster: ['in-cluster', 'second', 'third'][n % 3] ?? 'in-cluster',
  }))
}

export function teamOf(n: number): string {
  return `team-${String(n).padStart(3, '0')}`
}

/** A bare remote whose `main` declares `count` rendered stores, one commit each, as our writer makes them. */
export async function fleetRemote(count: number): Promise<BareRemote> {
  const platform = await fleetPlatform()
  const remote = await createBareRemote({ platform: platform.text })
  const parent = await remote.head()
  const parts: Uint8Array[] = []
  for (const [n, store] of (await fleetStores(count)).entries()) {
    parts.push(...storeCommit(store, platform.value, n === 0 ? parent : null))
  }
  if (parts.length > 0) {
    parts.push(Buffer.from('done\n'))
    await remote.git(['fast-import', '--quiet', '--done'], Buffer.concat(parts))
    await remote.git(['repack', '-q', '-a', '-d'])
  }
  return remote
}

function storeCommit(store: StoreFile, platform: Platform, from: string | null): Uint8Array[] {
  const text = (value: string) => Buffer.from(value, 'utf8')
  const files = renderStore(store, platform)
  const folder = `stores/${store.team}/${store.name}`
  const change = { team: store.team, name: store.name, action: 'create', facts: [], files } as const
  const by = { subject: 'local', auth: 'local', source: 'api', requestId: ulid() } as const
  const app = Buffer.from(files.get('app.json') ?? '').toString('utf8')
  const { tree } = JSON.parse(app) as { tree: string }
  const facts = { outputDigest: tree, generator: GENERATOR }
  const message = text(commitMessage(change, by, facts))
  const seconds = Math.floor(Date.now() / 1000)
  const parts: Uint8Array[] = [
    text(
      `commit refs/heads/main\ncommitter storewright <storewright@localhost> ${seconds} +0000\n`,
    ),
    text(`data ${message.length}\n`),
    message,
    text(from === null ? '\n' : `\nfrom ${from}\n`),
  ]
  for (const [path, bytes] of files) {
    parts.push(text(`M 100644 inline ${folder}/${path}\ndata ${bytes.length}\n`), bytes, text('\n'))
  }
  return parts
}
