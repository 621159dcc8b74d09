import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { App } from 'cdk8s'
import { simpleGit, type SimpleGit } from 'simple-git'
import { WooStore } from '../constructs/woo-store.ts'
import type { Platform } from '../src/contract/platform-file.ts'
import type { StoreFile } from '../src/contract/store-file.ts'
import { propsOf } from '../src/operations/rendering/resolve-store.ts'

/**
 * The baseline N: a straightforward writer without optimizations. It uses a clone with a work tree.
 * Each request renders with cdk8s' own `synthYaml()`, writes the files and runs `git add`, `commit`
 * and `push`. Requests run one at a time.
 */
export interface NaiveWriter {
  create(store: StoreFile): Promise<void>
}

/** Clones `url` into `folder`. This time does not count for the writer. */
export async function openNaiveWriter(
  url: string,
  folder: string,
  platform: Platform,
): Promise<NaiveWriter> {
  await mkdir(folder, { recursive: true })
  await simpleGit().clone(url, join(folder, 'clone'))
  const git = simpleGit(join(folder, 'clone'))
  await git.addConfig('user.name', 'naive')
  await git.addConfig('user.email', 'naive@localhost')
  let queue: Promise<void> = Promise.resolve()
  return {
    create(store) {
      const turn = queue.then(() => commitStore(git, join(folder, 'clone'), store, platform))
      queue = turn.catch(() => {})
      return turn
    },
  }
}

async function commitStore(git: SimpleGit, root: string, store: StoreFile, platform: Platform) {
  const folder = `stores/${store.team}/${store.name}`
  const files = {
    'store.yaml': `${JSON.stringify(store, null, 2)}\n`,
    'manifests/all.yaml': synthYaml(store, platform),
  }
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  await git.add(folder)
  await git.commit(`create ${store.name}`)
  await git.push('origin', 'main')
}

/** The same chart as ours, printed by cdk8s. */
export function synthYaml(store: StoreFile, platform: Platform): string {
  const app = new App()
  new WooStore(app, store.name, propsOf(store, platform))
  return app.synthYaml()
}
