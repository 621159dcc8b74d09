import { type ChildProcess, spawn } from 'node:child_process'
import { compact } from '../../../domain/compact.ts'
import { assertArguments } from './argv.ts'
import { processEnvironment } from './environment.ts'

export type { ChildProcess } from 'node:child_process'

/** Settings shared by every git process of one repository. */
export interface GitProcessProfile {
  /** Working directory of git, absolute. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  readonly branch: string
}

export interface GitRun {
  /** Written to stdin, then end of file. */
  readonly input?: Uint8Array | string
  /** Milliseconds after which the process group is killed. */
  readonly timeoutMs: number
  /** Milliseconds without output on stdout or stderr after which the process group is killed. */
  readonly stallMs?: number
  readonly signal?: AbortSignal
}

export interface GitExit {
  /** `null`: killed. */
  readonly exitCode: number | null
  /** Why this process killed git; `null`: it did not. */
  readonly killed: 'timeout' | 'aborted' | null
  readonly stdout: Buffer
  readonly stderr: string
}

/**
 * Starts git in its own process group, without a shell.
 * @throws Error an unknown argument (`argv.ts`)
 */
export function spawnGit(profile: GitProcessProfile, words: readonly string[]): ChildProcess {
  assertArguments(words, profile.branch)
  return spawn('git', words, {
    cwd: profile.directory,
    env: profile.environment,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
}

/**
 * Runs a signing program. Arguments are literals and paths from the configuration, never user
 * input.
 */
export function runProgram(
  program: 'gpg' | 'gpgconf' | 'ssh-keygen',
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  run: GitRun,
): Promise<GitExit> {
  const options = { env: environment, detached: true, windowsHide: true }
  return finished(spawn(program, words, options), run, program)
}

/**
 * Kills git and every process it started. Does nothing if the group is gone.
 * @param signal SIGTERM lets git remove its lock files and temporary packs first
 */
export function killGroup(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    child.kill(signal)
  }
}

/** Runs git to its end. Never rejects for a failure of git; see the exit code. */
export function spawnedGit(
  profile: GitProcessProfile,
  words: readonly string[],
  run: GitRun,
): Promise<GitExit> {
  return finished(spawnGit(profile, words), run, 'git')
}

/** A git process whose input is written piece by piece. */
export interface GitStream {
  write(bytes: Uint8Array): void
  /** Closes stdin and waits for the exit. Never rejects for a failure of git; see the exit code. */
  end(): Promise<GitExit>
}

/**
 * Like {@link spawnedGit}, for input that arrives later. `run.timeoutMs` counts from the start of the
 * process.
 */
export function streamGit(
  profile: GitProcessProfile,
  words: readonly string[],
  run: Omit<GitRun, 'input'>,
): GitStream {
  const child = spawnGit(profile, words)
  const exit = exitOf(child, run, 'git')
  return {
    write: (bytes) => void child.stdin?.write(bytes),
    end() {
      child.stdin?.end()
      return exit
    },
  }
}

function finished(child: ChildProcess, run: GitRun, program: string): Promise<GitExit> {
  const exit = exitOf(child, run, program)
  child.stdin?.end(run.input)
  return exit
}

function exitOf(child: ChildProcess, run: GitRun, program: string): Promise<GitExit> {
  const output = collect(child)
  const guard = guardProcess(child, run)
  // A process that ends early closes its stdin. The exit code carries the reason.
  child.stdin?.on('error', () => {})
  return new Promise((resolve) => {
    let failure = ''
    const finish = (exitCode: number | null) => {
      guard.stop()
      const { stdout, stderr } = output()
      resolve({ exitCode, killed: guard.killed(), stdout, stderr: stderr + failure })
    }
    child.once('error', (error) => {
      failure = `cannot start ${program}: ${error.message}`
      finish(null)
    })
    child.once('close', finish)
  })
}

function collect(child: ChildProcess): () => { stdout: Buffer; stderr: string } {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  return () => ({
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString('utf8'),
  })
}

/** Kills the group at the timeout, after a stall, or on abort. */
function guardProcess(child: ChildProcess, run: GitRun) {
  let killed: GitExit['killed'] = null
  const kill = (why: 'timeout' | 'aborted') => {
    killed ??= why
    killGroup(child)
  }
  const timer = setTimeout(kill, run.timeoutMs, 'timeout')
  let stall: NodeJS.Timeout | undefined
  const heard = () => {
    clearTimeout(stall)
    if (run.stallMs !== undefined) stall = setTimeout(kill, run.stallMs, 'timeout')
  }
  child.stdout?.on('data', heard)
  child.stderr?.on('data', heard)
  heard()
  const abort = () => kill('aborted')
  run.signal?.addEventListener('abort', abort, { once: true })
  if (run.signal?.aborted === true) abort()
  return {
    killed: () => killed,
    stop() {
      clearTimeout(timer)
      clearTimeout(stall)
      run.signal?.removeEventListener('abort', abort)
    },
  }
}

/** The two server programs of Git's smart HTTP protocol and their options. */
export type ServedProgram = 'upload-pack' | 'receive-pack'
export type ServedOption = '--stateless-rpc' | '--strict' | '--http-backend-info-refs'

/** Parameters of one request to a served repository. */
export interface ServedProcess {
  /** Bare repository, absolute. */
  readonly repositoryPath: string
  /** Short name of the only served branch. */
  readonly branch: string
  /** Client header passed to git as `GIT_PROTOCOL`; no other header reaches git. */
  readonly protocol: 'version=1' | 'version=2' | undefined
  /** `[key, value]`; overrides the repository's own configuration. */
  readonly settings: readonly (readonly [string, string])[]
}

/** Starts one of git's server programs; the caller feeds stdin and kills it with {@link killGroup}. */
export function spawnServed(
  program: ServedProgram,
  options: readonly ServedOption[],
  { repositoryPath, branch, protocol, settings }: ServedProcess,
): ChildProcess {
  const environment = {
    ...processEnvironment(),
    ...compact({ GIT_PROTOCOL: protocol }),
    ...configuration(settings),
  }
  return spawnGit({ directory: repositoryPath, environment, branch }, [program, ...options, '.'])
}

/** Source: git-config(1), `GIT_CONFIG_COUNT`. */
function configuration(settings: ServedProcess['settings']): Record<string, string> {
  const rows = settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ])
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(rows) }
}
