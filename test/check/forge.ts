import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from 'js-yaml'
import { nodeEnvironment } from '../../src/testing/node-environment.ts'
import type { StoresRepoFixture } from './fixture.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface PullRequest {
  /** Head of the branch to be merged. */
  readonly head: string
  readonly labels?: readonly string[]
  /** Tip of the target branch. @default main of the fixture */
  readonly main?: string
  /** Command that replaces the steps of the workflow, to show that a trap would be detected. */
  readonly instead?: string
}

export interface JobResult {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly summary: string
  /** True: a file of the request was executed. */
  readonly canary: boolean
}

interface Workflow {
  readonly on: { readonly pull_request: unknown }
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>
}

interface Step {
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
}

/** File that hostile requests try to create, outside of the clone. */
export const CANARY = join(tmpdir(), `storewright-canary-${process.pid}`)

/**
 * Processes a pull request like a forge: merges it into main, checks out the merge commit and runs
 * the steps of the template's workflow.
 */
export async function runPullRequest(
  repo: StoresRepoFixture,
  { head, labels = [], main = repo.main, instead }: PullRequest,
): Promise<JobResult> {
  const folder = await mkdtemp(join(tmpdir(), 'storewright-forge-'))
  try {
    const tree = (await repo.remote.git(['merge-tree', '--write-tree', main, head])).trim()
    const merge = (
      await repo.remote.git([
        ...['-c', 'user.name=forge', '-c', 'user.email=forge@localhost', 'commit-tree'],
        ...[tree, '-p', main, '-p', head, '-m', 'Merge'],
      ])
    ).trim()
    await repo.remote.git(['update-ref', 'refs/pull/1/merge', merge])
    await rm(CANARY, { force: true })
    const result = { code: 0, out: '', err: '' }
    let ran = 0
    for (const step of await stepsOfTemplate()) {
      if (step.uses !== undefined) await checkout(repo, step, folder)
      if (step.run === undefined) continue
      ran += 1
      Object.assign(result, await runStep(step, instead ?? step.run, folder, labels))
      if (result.code !== 0) break
    }
    if (ran === 0) throw new Error('the workflow has no step that runs')
    const summary = await readFile(join(folder, 'summary.md'), 'utf8').catch(() => '')
    return { ...result, summary, canary: (await stat(CANARY).catch(() => null)) !== null }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function stepsOfTemplate(): Promise<readonly Step[]> {
  const path = join(ROOT, 'gitops-repo-template/.github/workflows/validate.yaml')
  const { jobs } = load(await readFile(path, 'utf8')) as Workflow
  return Object.values(jobs).flatMap(({ steps }) => steps)
}

/**
 * Checks out like actions/checkout on pull_request: the detached merge commit with the configured
 * fetch-depth.
 */
async function checkout(repo: StoresRepoFixture, step: Step, folder: string): Promise<void> {
  if (step.uses?.startsWith('actions/checkout@') !== true) throw new Error(`unknown ${step.uses}`)
  const depth = Number(step.with?.['fetch-depth'] ?? 1)
  const clone = join(folder, 'clone')
  await mkdir(clone)
  const limit = depth === 0 ? [] : [`--depth=${depth}`]
  await run(clone, 'git', ['init', '-q'])
  const from = `file://${repo.remote.path}`
  await run(clone, 'git', [
    'fetch',
    '-q',
    ...limit,
    from,
    'refs/pull/1/merge:refs/remotes/pull/1/merge',
  ])
  await run(clone, 'git', ['checkout', '-q', '--detach', 'refs/remotes/pull/1/merge'])
}

/** Runs a step like in the container, with its own environment and storectl on the PATH. */
async function runStep(
  step: Step,
  script: string,
  folder: string,
  labels: readonly string[],
): Promise<{ code: number; out: string; err: string }> {
  const bin = join(folder, 'bin')
  await mkdir(bin, { recursive: true })
  await symlink(join(ROOT, 'src/cli/storectl.ts'), join(bin, 'storectl'))
  const file = join(folder, 'step.sh')
  await writeFile(file, script)
  const values = Object.entries(step.env ?? {}).map(([key, value]) => [key, valueOf(value, labels)])
  const env = {
    PATH: `${bin}:${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`,
    HOME: join(folder, 'clone'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    ...(Object.fromEntries(values) as Record<string, string>),
  }
  return run(join(folder, 'clone'), 'sh', ['-e', file], env)
}

/** Evaluates the only expression that the workflow uses. @throws Error any other expression */
function valueOf(text: string, labels: readonly string[]): string {
  if (text === '${{ toJSON(github.event.pull_request.labels.*.name) }}')
    return JSON.stringify(labels, null, 2)
  if (text.includes('${{')) throw new Error(`unknown expression ${text}`)
  return text
}

function run(
  cwd: string,
  command: string,
  words: readonly string[],
  env: Record<string, string | undefined> = {
    ...nodeEnvironment,
    HOME: '/nonexistent',
  },
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    execFile(command, words, { cwd, env, timeout: 60_000 }, (error, out, err) => {
      if (error !== null && typeof error.code !== 'number') return reject(error)
      const code = error === null ? 0 : Number(error.code)
      if (code !== 0 && command === 'git') return reject(new Error(err))
      resolve({ code, out, err })
    })
  })
}
