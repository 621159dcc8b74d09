import type { GitExit } from '../process/git.ts'

/** Result of a git process that contacted the remote. */
export type RemoteOutcome =
  | 'done'
  /** The branch moved: fetch and decide again. */
  | 'lost'
  /** Another process holds the branch lock on the remote. */
  | 'locked'
  /** A hook, branch protection or repository rule rejected the push. */
  | 'policy'
  /** The remote has no such branch. */
  | 'ref_gone'
  | 'auth'
  | 'unavailable'
  | 'storage'
  | 'timeout'
  /** Unknown failure; the cache may be damaged. */
  | 'unclassified'

export interface PushOutcome {
  readonly outcome: RemoteOutcome
  /** False: the remote cannot have taken the commits. */
  readonly maybeLanded: boolean
  /** Message of the remote's rule, made safe to show; `''` if there is none. */
  readonly policyReason: string
}

/**
 * Classifies the result of `git push --porcelain` by exit code, the `!` line and, to tell a lock
 * from a lost race and a full disk from another unpack error, stderr in the C locale.
 * Sources: git builtin/push.c, send-pack.c, builtin/receive-pack.c (2.39, 2.43, 2.50).
 */
export function classifyPush(exit: GitExit): PushOutcome {
  if (exit.killed !== null) return ambiguous('timeout')
  if (exit.exitCode === 0) return definite('done')
  const line = /^!\t[^\t]*\t\[([a-z ]+)\](?: \((.*)\))?$/m.exec(exit.stdout.toString('utf8'))
  if (line === null) return unreported(exit)
  const [, kind, reason = ''] = line
  if (kind === 'rejected') return definite('lost')
  if (kind === 'remote rejected') return remoteRejected(reason, exit.stderr)
  // `[remote failure] (remote failed to report status)`, `[no match]`: the connection broke during
  // the push.
  return ambiguous('unavailable')
}

/** Messages of receive-pack that mean the branch moved; the last three since git 2.50. */
const MOVED = [
  /^failed to update ref$/,
  /^cannot lock ref/,
  /^incorrect old value provided$/,
  /^reference already exists$/,
  /^reference conflict/,
]

function remoteRejected(reason: string, stderr: string): PushOutcome {
  if (MOVED.some((words) => words.test(reason))) {
    return definite(/File exists/.test(stderr) ? 'locked' : 'lost')
  }
  if (/^unpacker error$/.test(reason)) {
    return definite(/No space left|Disk quota/.test(stderr) ? 'storage' : 'unavailable')
  }
  return { outcome: 'policy', maybeLanded: false, policyReason: policyReason(stderr) }
}

function unreported(exit: GitExit): PushOutcome {
  const outcome = classifyFailure(exit)
  const neverSent = outcome === 'unavailable' && notReached(exit.stderr)
  const refused = outcome === 'auth' || outcome === 'storage'
  return neverSent || refused ? definite(outcome) : ambiguous(outcome)
}

/** Classifies the result of a fetch, and of a push without a status report. */
export function classifyFailure(exit: GitExit): RemoteOutcome {
  if (exit.killed !== null) return 'timeout'
  if (exit.exitCode === 0) return 'done'
  const lines = exit.stderr.split(/[\r\n]+/).filter((line) => !line.startsWith('remote: '))
  if (lines.some((line) => LOCAL_DAMAGE.test(line))) return 'unclassified'
  const row = FAILURES.find(([, pattern]) => pattern.test(exit.stderr))
  return row?.[0] ?? 'unclassified'
}

/** The cache is damaged. This takes precedence over other messages, which may be consequences. */
const LOCAL_DAMAGE =
  /corrupt|bad object|inflate|pack-objects died|unable to read|bad config|not a git repository|'origin' does not appear/

/** First match wins. Messages of git, curl and ssh in the C locale. */
const FAILURES: readonly (readonly [RemoteOutcome, RegExp])[] = [
  ['storage', /No space left on device|Disk quota exceeded/],
  ['ref_gone', /couldn't find remote ref/],
  ['auth', /error: 40[13]|HTTP 40[13]|Authentication failed|could not read (?:Username|Password)/],
  ['auth', /Permission denied \(|Host key verification failed/],
  [
    'unavailable',
    /unable to access '[a-z]+:|Could not resolve host|[Cc]onnection (?:refused|reset)/,
  ],
  ['unavailable', /Failed to connect|Could not read from remote|timed out|Network is unreachable/],
  ['unavailable', /does not appear to be a git repository|repository '.*' not found/],
  [
    'unavailable',
    /RPC failed|hung up unexpectedly|early EOF|unexpected disconnect|bad line length/,
  ],
  ['unavailable', /expected flush after ref|protocol error|invalid server response|SSL/],
]

/** The connection failed, so the remote received nothing. */
function notReached(stderr: string): boolean {
  return /Could not resolve host|Failed to connect|[Cc]onnection refused|Network is unreachable|does not appear to be a git repository|not found/.test(
    stderr,
  )
}

const MAX_REASON = 300

/** Output of the remote's hook, reduced to at most 300 printable ASCII characters without URLs. */
function policyReason(stderr: string): string {
  return stderr
    .split(/[\r\n]+/)
    .filter((line) => line.startsWith('remote: '))
    .map((line) => line.slice('remote: '.length))
    .join(' ')
    .replaceAll(/[a-z]+:\/\/\S+/gi, '')
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_REASON)
}

function definite(outcome: RemoteOutcome): PushOutcome {
  return { outcome, maybeLanded: false, policyReason: '' }
}

function ambiguous(outcome: RemoteOutcome): PushOutcome {
  return { outcome, maybeLanded: true, policyReason: '' }
}
