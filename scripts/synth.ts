import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderFile } from './render-example.ts'

const EXAMPLES = fileURLToPath(new URL('../examples', import.meta.url))

/**
 * Entry point of cdk8s. Writes one file per example into `folder`. `cdk8s synth` empties its output
 * folder first (cdk8s-cli `synth.ts`), so a folder that contains a repository or stores is
 * rejected.
 * @throws Error if the folder is or contains a stores repo
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

/** All manifests as one stream of YAML documents. */
export function manifestsOf(files: ReadonlyMap<string, Uint8Array>): string {
  const decoder = new TextDecoder()
  return [...files]
    .filter(([path]) => path.startsWith('manifests/'))
    .map(([, bytes]) => decoder.decode(bytes))
    .join('---\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // `cdk8s synth` passes its output folder in this variable.
  const folder = resolve(process.env['CDK8S_OUTDIR'] ?? 'dist')
  for (const path of await synth(folder)) process.stdout.write(`${path}\n`)
}
