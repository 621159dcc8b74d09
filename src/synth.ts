import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderFile } from './render-example.ts'

const EXAMPLES = fileURLToPath(new URL('../examples', import.meta.url))

/**
 * cdk8s entry: one file per example into `folder`. `cdk8s synth` empties its output folder first (cdk8s-cli
 * `synth.ts`), so a folder that holds a repository or stores is refused.
 * @throws Error the folder is, or holds, a stores repo
 */
export async function synth(folder: string): Promise<readonly string[]> {
  for (const name of ['.git', 'stores', 'platform.yaml', 'HEAD']) {
    if (await stat(join(folder, name)).catch(() => null)) {
      throw new Error(`${folder} holds ${name}: examples are never rendered into a repository`)
    }
  }
  await mkdir(folder, { recursive: true })
  const written: string[] = []
  for (const example of (await readdir(EXAMPLES)).toSorted()) {
    if (!example.endsWith('.yaml')) continue
    const { files } = await renderFile(join(EXAMPLES, example))
    const path = join(folder, example.replace('.yaml', '.k8s.yaml'))
    await writeFile(path, manifestsOf(files))
    written.push(path)
  }
  return written
}

/** Every manifest as one stream of documents. */
export function manifestsOf(files: ReadonlyMap<string, Uint8Array>): string {
  const decoder = new TextDecoder()
  return [...files]
    .filter(([path]) => path.startsWith('manifests/'))
    .map(([, bytes]) => decoder.decode(bytes))
    .join('---\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // The variable by which `cdk8s synth` names its output folder.
  // oxlint-disable-next-line node/no-process-env
  const folder = resolve(process.env['CDK8S_OUTDIR'] ?? 'dist')
  for (const path of await synth(folder)) process.stdout.write(`${path}\n`)
}
