import { describe, expect, it } from 'vitest'
import type { GitExit } from '../process/git.ts'
import { classifyFailure, classifyPush } from './push-outcome.ts'

const REF = 'abc:refs/heads/main'

function exit(exitCode: number | null, line: string, stderr = ''): GitExit {
  const stdout = Buffer.from(line === '' ? '' : `To http://127.0.0.1/x\n${line}\nDone\n`)
  return { exitCode, killed: null, stdout, stderr }
}

const pushes: readonly (readonly [string, GitExit, string, boolean])[] = [
  ['a new branch', exit(0, `*\t${REF}\t[new branch]`), 'done', false],
  ['a fast-forward', exit(0, ` \t${REF}\t1..2`), 'done', false],
  ['a failed lease', exit(1, `!\t${REF}\t[rejected] (stale info)`), 'lost', false],
  ['a branch that is behind', exit(1, `!\t${REF}\t[rejected] (fetch first)`), 'lost', false],
  ['a non-fast-forward', exit(1, `!\t${REF}\t[rejected] (non-fast-forward)`), 'lost', false],
  [
    'an old value that does not match',
    exit(
      1,
      `!\t${REF}\t[remote rejected] (failed to update ref)`,
      "remote: error: cannot lock ref 'refs/heads/main': is at 11 but expected 22\n",
    ),
    'lost',
    false,
  ],
  [
    'an old value that does not match, in git 2.50',
    exit(1, `!\t${REF}\t[remote rejected] (incorrect old value provided)`),
    'lost',
    false,
  ],
  [
    'a branch lock held by another process',
    exit(
      1,
      `!\t${REF}\t[remote rejected] (failed to update ref)`,
      "remote: error: cannot lock ref 'refs/heads/main': Unable to create '/x.lock': File exists.\n",
    ),
    'locked',
    false,
  ],
  [
    'a rejection by a hook',
    exit(1, `!\t${REF}\t[remote rejected] (pre-receive hook declined)`),
    'policy',
    false,
  ],
  [
    'a protected branch',
    exit(1, `!\t${REF}\t[remote rejected] (protected branch hook declined)`),
    'policy',
    false,
  ],
  [
    'a repository rule',
    exit(1, `!\t${REF}\t[remote rejected] (push declined due to repository rule violations)`),
    'policy',
    false,
  ],
  [
    'a full disk on the remote',
    exit(
      1,
      `!\t${REF}\t[remote rejected] (unpacker error)`,
      'remote: fatal: write error: No space left on device\n',
    ),
    'storage',
    false,
  ],
  ['a bad pack', exit(1, `!\t${REF}\t[remote rejected] (unpacker error)`), 'unavailable', false],
  [
    'no status report',
    exit(1, `!\t${REF}\t[remote failure] (remote failed to report status)`),
    'unavailable',
    true,
  ],
  [
    'a refused connection',
    exit(128, '', "fatal: unable to access 'http://x/': Failed to connect to x port 1\n"),
    'unavailable',
    false,
  ],
  [
    'an unknown host',
    exit(128, '', "fatal: unable to access 'https://x/': Could not resolve host: x\n"),
    'unavailable',
    false,
  ],
  [
    'an empty response',
    exit(
      128,
      '',
      'error: RPC failed; curl 52 Empty reply from server\nfatal: the remote end hung up unexpectedly\n',
    ),
    'unavailable',
    true,
  ],
  [
    'an expired token',
    exit(128, '', "fatal: unable to access 'https://x/': The requested URL returned error: 403\n"),
    'auth',
    false,
  ],
  [
    'a missing token',
    exit(128, '', "fatal: could not read Username for 'https://x': terminal prompts disabled\n"),
    'auth',
    false,
  ],
  [
    'a refused ssh key',
    exit(
      128,
      '',
      'git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.\n',
    ),
    'auth',
    false,
  ],
  [
    'a damaged cache',
    exit(
      128,
      '',
      'fatal: packed object 12 (stored in x.pack) is corrupt\nfatal: the remote end hung up unexpectedly\n',
    ),
    'unclassified',
    true,
  ],
  ['an unknown failure', exit(3, '', 'something new\n'), 'unclassified', true],
  [
    'a missing git program',
    exit(null, '', 'cannot start git: spawn git ENOENT'),
    'unclassified',
    true,
  ],
  ['a kill at the timeout', { ...exit(null, ''), killed: 'timeout' }, 'timeout', true],
]

describe('classifyPush', () => {
  it.each(pushes)('classifies %s', (_name, end, outcome, maybeLanded) => {
    expect(classifyPush(end)).toMatchObject({ outcome, maybeLanded })
  })

  it('returns the output of a hook without URLs and control characters', () => {
    const stderr =
      'remote: Titles must be \u001b[31mshort\u001b[0m.        \nremote: See https://git.internal/rules\nerror: failed\n'
    const { policyReason } = classifyPush(
      exit(1, `!\t${REF}\t[remote rejected] (pre-receive hook declined)`, stderr),
    )
    expect(policyReason).toBe('Titles must be [31mshort [0m. See')
  })
})

describe('classifyFailure', () => {
  it.each([
    ["fatal: couldn't find remote ref refs/heads/main\n", 'ref_gone'],
    ["fatal: '/x/stores.git' does not appear to be a git repository\n", 'unavailable'],
    ["fatal: 'origin' does not appear to be a git repository\n", 'unclassified'],
    ["fatal: not a git repository: '/data/cache.git'\n", 'unclassified'],
    ['remote: error: object 12 is corrupt\nfatal: early EOF\n', 'unavailable'],
    ['error: unable to create file: No space left on device\n', 'storage'],
  ])('classifies a fetch with the output %j as %s', (stderr, outcome) => {
    expect(classifyFailure(exit(128, '', stderr))).toBe(outcome)
  })
})
