import { readFile } from 'node:fs/promises'
import { ulid } from 'ulid'
import { folderIds } from '../src/adapters/git/cache/objects.ts'
import { processEnvironment } from '../src/adapters/git/process/environment.ts'
import { importCommits, type NewCommit } from '../src/adapters/git/write/fast-import.ts'
import { openKeyRing } from '../src/adapters/secrets/key-ring.ts'
import type { Platform } from '../src/contract/platform-file.ts'
import type { StoreFile } from '../src/contract/store-file.ts'
import { GENERATOR } from '../src/contract/version.ts'
import { commitMessage } from '../src/domain/history/commit-message.ts'
import { renderStore } from '../src/operations/rendering/render-store.ts'
import { parsePlatformFile } from '../src/repo-files/platform-file.ts'
import { parseStoreFile } from '../src/repo-files/store-file.ts'
import { type BareRemote, createBareRemote } from '../src/testing/bare-remote.ts'
import { TEST_KEYS } from '../src/testing/keys.ts'

const EXAMPLE = new URL('../examples/small.yaml', import.meta.url)
const TEMPLATE = new URL('../gitops-repo-template/platform.yaml', import.meta.url)
const TEAMS = 100
const KEYS = openKeyRing(TEST_KEYS)

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

/** The example store under other names, spread over the hundred teams. */
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

/** Stores per push, as with this many waiting clients. Each push leaves one pack. */
const BATCH = 64
/** Committer of the benchmark. */
export const AUTHOR = { name: 'storewright', email: 'storewright@localhost' }

/**
 * Creates a bare remote whose `main` declares `count` rendered stores, one commit each. It uses the
 * writer's import and is packed by `git gc`, which keeps existing deltas.
 */
export async function fleetRemote(count: number): Promise<BareRemote> {
  const platform = await fleetPlatform()
  const remote = await createBareRemote({ platform: platform.text })
  if (count === 0) return remote
  const profile = { directory: remote.path, environment: processEnvironment(), branch: 'main' }
  const stores = await fleetStores(count)
  let head = await remote.head()
  for (let from = 0; from < count; from += BATCH) {
    const commits = stores.slice(from, from + BATCH).map((store) => commitOf(store, platform.value))
    const seconds = Math.floor(Date.now() / 1000)
    const { ids, ref } = await importCommits(profile, head, commits, AUTHOR, seconds)
    head = ids.at(-1) ?? head
    await remote.git(['update-ref', '--stdin'], `update refs/heads/main ${head}\ndelete ${ref}\n`)
  }
  await remote.git(['repack', '-q', '-a', '-d'])
  return remote
}

function commitOf(store: StoreFile, platform: Platform): NewCommit {
  const files = renderStore(store, platform)
  const change = { team: store.team, name: store.name, action: 'create', facts: [], files } as const
  const by = { subject: 'local', auth: 'local', source: 'api', requestId: ulid() } as const
  const app = Buffer.from(files.get('app.json') ?? '').toString('utf8')
  const { tree } = JSON.parse(app) as { tree: string }
  const storeTree = folderIds(files, 'sha1').folder
  const facts = { storeTree, outputDigest: tree, generator: GENERATOR }
  return { change, message: commitMessage(change, by, facts, KEYS) }
}
