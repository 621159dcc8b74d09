import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { renderStore } from '../src/operations/rendering/render-store.ts'
import { unsealed } from '../src/operations/rendering/seal-store.ts'
import { parsePlatformFile } from '../src/repo-files/platform-file.ts'
import { parseStoreFile } from '../src/repo-files/store-file.ts'

const TEMPLATE = fileURLToPath(new URL('../gitops-repo-template/platform.yaml', import.meta.url))

/**
 * Renders one store.yaml as the server does, with the template's platform.yaml or another one.
 * @throws Error lists every problem of either file, one per line
 */
export async function renderFile(
  storePath: string,
  platformPath = TEMPLATE,
): Promise<{ readonly name: string; readonly files: ReadonlyMap<string, Uint8Array> }> {
  const platform = parsePlatformFile(await readFile(platformPath, 'utf8'))
  const store = parseStoreFile(await readFile(storePath, 'utf8'))
  const problems = [
    ...platform.problems.map(({ pointer, detail }) => `${platformPath}${pointer} ${detail}`),
    ...store.problems.map(({ pointer, detail }) => `${storePath}${pointer} ${detail}`),
  ]
  if (platform.value === null || store.value === null) throw new Error(problems.join('\n'))
  const context = { sealed: unsealed(store.value) }
  return { name: store.value.name, files: renderStore(store.value, platform.value, context) }
}
