import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Programs that check manifests, each at a fixed version, because the rules differ between
 * versions.
 */
const PROGRAMS = {
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
  'kube-linter': 'golang.stackrox.io/kube-linter/cmd/kube-linter@v0.7.2',
  'kube-score': 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
  // Its tags above v1 do not match its module path. This is the commit of 10.2.2 and later.
  polaris: 'github.com/fairwindsops/polaris@c0e23a233b2087272a7f524f1b922f4e3f2f9689',
} as const

export type Program = keyof typeof PROGRAMS

const CACHE = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'storewright-policies',
)

/** Path of a program, or how to install it. */
export type Found = { readonly path: string } | { readonly missing: string }

/**
 * Finds a program on the PATH or in our cache, or builds it once, which takes minutes. Needs Go
 * 1.21 or newer and a module proxy.
 */
export async function program(name: Program): Promise<Found> {
  const folders = [CACHE, ...(process.env['PATH'] ?? '').split(delimiter)]
  for (const folder of folders) {
    const path = join(folder, name)
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return { path }
  }
  const source = PROGRAMS[name]
  try {
    await run('go', ['install', source], { env: { ...process.env, GOBIN: CACHE } })
    return { path: join(CACHE, name) }
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n')
      .at(-1)
    return {
      missing: `${name} is missing: GOBIN=<a folder on PATH> go install ${source} (${reason})`,
    }
  }
}

/** Standard output, also if the exit code reports findings. */
export async function outputOf(path: string, words: readonly string[]): Promise<string> {
  const options = { maxBuffer: 512 * 1024 * 1024 }
  return run(path, [...words], options).then(
    ({ stdout }) => stdout,
    (error: Error & { code?: unknown; stdout?: string; stderr?: string }) => {
      if (typeof error.code === 'number' && error.stdout) return error.stdout
      throw new Error(`${path}: ${error.stderr ?? error.message}`)
    },
  )
}

/**
 * Folder with the source of a Go module, fetched if needed. `null` without Go or if no proxy has
 * it.
 */
export async function moduleFolder(module: string): Promise<string | null> {
  try {
    const { stdout } = await run('go', ['mod', 'download', '-json', module])
    return (JSON.parse(stdout) as { Dir: string }).Dir
  } catch {
    return null
  }
}
