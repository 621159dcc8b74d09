import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Parsed } from '../repo-files/yaml.ts'
import { Failure } from './exit.ts'

const TEMPLATE = fileURLToPath(new URL('../../gitops-repo-template/platform.yaml', import.meta.url))

/**
 * Renders a store.yaml without a server, with the server's code.
 * @param platformPath default: platform.yaml of the template for new stores repos
 * @throws Failure 1 if a file cannot be read, or with every problem of both files
 */
export async function previewFile(storePath: string, platformPath = TEMPLATE): Promise<string> {
  // Imported here because cdk8s would slow down every other command.
  const [{ renderStore }, { unsealed }, { parsePlatformFile }, { parseStoreFile }] =
    await Promise.all([
      import('../operations/rendering/render-store.ts'),
      import('../operations/rendering/seal-store.ts'),
      import('../repo-files/platform-file.ts'),
      import('../repo-files/store-file.ts'),
    ])
  const platform = checked(platformPath, parsePlatformFile(await text(platformPath)))
  const store = checked(storePath, parseStoreFile(await text(storePath)))
  const decoder = new TextDecoder()
  return [...renderStore(store, platform, { sealed: unsealed(store) })]
    .filter(([path]) => path.startsWith('manifests/'))
    .map(([path, bytes]) => `# ${path}\n${decoder.decode(bytes)}`)
    .join('---\n')
}

async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => {
    throw new Failure(1, `${path} cannot be read`)
  })
}

function checked<T>(path: string, { value, problems }: Parsed<T>): T {
  if (value !== null) return value
  const lines = problems.map(({ pointer, detail }) => `  ${pointer} ${detail}`)
  throw new Failure(1, `${path} is not valid:\n${lines.join('\n')}`)
}
