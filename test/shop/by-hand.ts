import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sealedSecrets } from '../../src/adapters/secrets/sealed-secrets.ts'
import type { Platform } from '../../src/contract/platform-file.ts'
import type { SealedSecrets } from '../../src/contract/sealed-secret.ts'
import type { StoreFile } from '../../src/contract/store-file.ts'
import { namespaceOf } from '../../src/domain/layout.ts'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { sealStore } from '../../src/operations/rendering/seal-store.ts'
import { parsePlatformFile } from '../../src/repo-files/platform-file.ts'
import { parseSealedSecrets, SEALED_FILE } from '../../src/repo-files/sealed-file.ts'
import { leadingComment, parseStoreFile } from '../../src/repo-files/store-file.ts'
import type { TestServer } from '../cluster/server.ts'

/** Actions of a person with access to the stores repo, without the server. */

/** Commits the changes of the clone and pushes them. */
export async function pushAll({ git }: TestServer, message: string): Promise<void> {
  await git('add', '--all')
  await git('commit', '--quiet', '-m', message)
  await git('push', '--quiet', 'origin', 'HEAD:main')
}

export async function revertLast({ git }: TestServer): Promise<void> {
  await git('pull', '--quiet', '--ff-only')
  await git('revert', '--no-edit', 'HEAD')
  await git('push', '--quiet', 'origin', 'HEAD:main')
}

export async function removeFolder(server: TestServer, name: string): Promise<void> {
  await server.git('pull', '--quiet', '--ff-only')
  await rm(join(server.clone, 'stores/default', name), { recursive: true })
  await pushAll(server, `remove ${name}`)
}

/** Changes the intent of a store: store.yaml and its rendered files in one commit. */
export async function edit(
  server: TestServer,
  name: string,
  message: string,
  change: (store: StoreFile) => StoreFile,
): Promise<void> {
  await server.git('pull', '--quiet', '--ff-only')
  const folder = join(server.clone, 'stores/default', name)
  const text = await readFile(join(folder, 'store.yaml'), 'utf8')
  const platform = parsePlatformFile(await readFile(join(server.clone, 'platform.yaml'), 'utf8'))
  const parsed = parseStoreFile(text)
  if (parsed.value === null || platform.value === null) {
    throw new Error(JSON.stringify([parsed.problems, platform.problems]))
  }
  const store = change(parsed.value)
  const sealed = sealAgain(store, platform.value, await readFile(join(folder, SEALED_FILE), 'utf8'))
  const files = renderStore(store, platform.value, { comment: leadingComment(text), sealed })
  await rm(folder, { recursive: true })
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  await pushAll(server, message)
}

function sealAgain(store: StoreFile, platform: Platform, committed: string): SealedSecrets | null {
  if (store.secretsMode !== 'sealed') return null
  const sealer = sealedSecrets({ clock: { now: () => Date.now() } })
  const before = parseSealedSecrets(committed, namespaceOf(store.name))
  return sealStore(sealer, platform.secrets.certificate ?? '', store, before)
}
