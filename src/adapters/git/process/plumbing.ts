import { type ChildProcess, spawn } from 'node:child_process'
import { assertArguments } from './argv.ts'
import { processEnvironment } from './environment.ts'

export type { ChildProcess } from 'node:child_process'

/** What every git process of one repository shares. */
export interface GitProcessProfile {
  /** Working directory; also where relative marks files go. Absolute. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  readonly branch: string
}

export interface GitRun {
  /** Written to stdin, then end of file. */
  readonly input?: Uint8Array | string
  /** Milliseconds until the process group is killed. */
  readonly timeoutMs: number
  /** Milliseconds without a byte on stdout or stderr until the process group is killed. */
  readonly stallMs?: number
  readonly signal?: AbortSignal
}

export interface GitExit {
  /** `null`: killed. */
  readonly exitCode: number | null
  /** Why we killed it, if we did. */
  readonly killed: 'timeout' | 'aborted' | null
  readonly stdout: Buffer
  readonly stderr: string
}

/**
 * Starts git in a process group of its own, without a shell.
 * @throws Error an argument that is not known (`argv.ts`)
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

/** Runs a program that git signs with. Words are literals and paths of the configuration, never a user's. */
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
 * Kills git and all it started. A group that is gone already is fine.
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

/** Runs git to its end and never rejects for what git did: the exit code says it. */
export function runGit(
  profile: GitProcessProfile,
  words: readonly string[],
  run: GitRun,
): Promise<GitExit> {
  return finished(spawnGit(profile, words), run, 'git')
}

/** A git process whose input is written bit by bit. */
export interface GitStream {
  write(bytes: Uint8Array): void
  /** Ends the input. Never rejects for what git did: the exit code says it. */
  end(): Promise<GitExit>
}

/** Like {@link runGit}, for input that is not there yet. `run.timeoutMs` counts from now. */
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
  // A process that ends early closes its stdin; the exit code tells why.
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

/** Kills the group at the time-out, after silence, or on abort. */
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

/** The two programs of Git's smart HTTP protocol, with the options that its server needs. */
export type ServedProgram = 'upload-pack' | 'receive-pack'
export type ServedOption = '--stateless-rpc' | '--strict' | '--http-backend-info-refs'

/** How one request to a served repository runs. */
export interface ServedProcess {
  /** Bare repository, absolute. */
  readonly repositoryPath: string
  /** Short name of the one branch that is served. */
  readonly branch: string
  /** The only header of a client that reaches git, as `GIT_PROTOCOL`. */
  readonly protocol: 'version=1' | 'version=2' | undefined
  /** `[key, value]`, read after the repository's own configuration. */
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
    ...(protocol === undefined ? {} : { GIT_PROTOCOL: protocol }),
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
