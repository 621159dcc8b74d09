import { GitPluginError, simpleGit, type SimpleGitOptions } from 'simple-git'
import { assertArguments } from './argv.ts'
import { ALLOWED_ENVIRONMENT } from './environment.ts'
import type { GitExit, GitProcessProfile, GitRun } from './plumbing.ts'

/**
 * Runs a git command for which it is enough to kill the main process: fetch, log, fsck, repack.
 * simple-git 4.0.2 starts no process group and exposes no process id. A push must be killed
 * together with its helpers, so it runs through `plumbing.ts`. Never rejects for a failure of git;
 * see the exit code.
 * @throws Error an unknown argument (`argv.ts`)
 */
export async function simpleRun(
  profile: GitProcessProfile,
  words: readonly string[],
  run: GitRun,
): Promise<GitExit> {
  assertArguments(words, profile.branch)
  const output = { exitCode: null as number | null, stdout: Buffer.alloc(0), stderr: '' }
  const options = {
    ...optionsOf(profile, run),
    errors(error, result) {
      output.exitCode = result.exitCode
      output.stdout = Buffer.concat(result.stdOut)
      output.stderr = Buffer.concat(result.stdErr).toString('utf8')
      return error
    },
  } satisfies Partial<SimpleGitOptions>
  try {
    await simpleGit(options)
      .env({ ...profile.environment })
      .raw(words.slice())
    return { ...output, killed: null }
  } catch (error) {
    return { ...output, ...whyFailed(error, output.stderr, run) }
  }
}

function optionsOf(profile: GitProcessProfile, run: GitRun): Partial<SimpleGitOptions> {
  const deadline = AbortSignal.timeout(run.timeoutMs)
  return {
    baseDir: profile.directory,
    abort: run.signal === undefined ? deadline : AbortSignal.any([deadline, run.signal]),
    allowEnvironment: ALLOWED_ENVIRONMENT,
    // simple-git refuses GIT_CONFIG_GLOBAL by name. Here its value, /dev/null, excludes the user's
    // configuration.
    unsafe: { allowUnsafeConfigPaths: true },
    ...(run.stallMs === undefined ? {} : { timeout: { block: run.stallMs } }),
    ...(run.input === undefined ? {} : { input: () => Buffer.from(run.input ?? '') }),
  }
}

function whyFailed(error: unknown, stderr: string, run: GitRun) {
  if (error instanceof GitPluginError && (error.plugin === 'abort' || error.plugin === 'timeout')) {
    const killed = run.signal?.aborted === true ? 'aborted' : 'timeout'
    return { exitCode: null, killed } as const
  }
  const said = stderr === '' && error instanceof Error ? error.message : stderr
  return { killed: null, stderr: said } as const
}
