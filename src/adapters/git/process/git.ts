import { simpleRun } from './client.ts'
import { type GitExit, type GitProcessProfile, type GitRun, spawnedGit } from './plumbing.ts'

export {
  type ChildProcess,
  type GitExit,
  type GitProcessProfile,
  killGroup,
  type ServedOption,
  type ServedProgram,
  spawnGit,
  spawnServed,
  streamGit,
} from './plumbing.ts'

/** Commands that end by themselves, or with their main process, so simple-git runs them. */
const BOUNDED = new Set(['commit-graph', 'fetch', 'fsck', 'log', 'repack', 'rev-parse'])

/**
 * The only way to run git to its end. Pushes and streams run in a process group of their own, which
 * is killed as a whole. Never rejects for a failure of git; see the exit code.
 * @throws Error an unknown argument (`argv.ts`)
 */
export function runGit(
  profile: GitProcessProfile,
  words: readonly string[],
  run: GitRun,
): Promise<GitExit> {
  const command = words.find((word) => !word.startsWith('-')) ?? ''
  return BOUNDED.has(command) ? simpleRun(profile, words, run) : spawnedGit(profile, words, run)
}
