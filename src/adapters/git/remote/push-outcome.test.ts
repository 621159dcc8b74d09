import { describe, expect, it } from 'vitest'
import type { GitExit } from '../process/plumbing.ts'
import { classifyFailure, classifyPush } from './push-outcome.ts'

const REF = 'abc:refs/heads/main'

function exit(exitCode: number | null, line: string, stderr = ''): GitExit {
  const stdout = Buffer.from(line === '' ? '' : `To http://127.0.0.1/x\n${line}\nDone\n`)
  return { exitCode, killed: null, stdout, stderr }
}

const pushes: readonly (readonly [string, GitExit, string, boolean])[] = [
  ['done', exit(0, `*\t${REF}\t[new branch]`), 'done', false],
  ['fast-forward', exit(0, ` \t${REF}\t1..2`), 'done', false],
  ['the lease failed', exit(1, `!\t${REF}\t[rejected] (stale info)`), 'lost', false],
  ['behind', exit(1, `!\t${REF}\t[rejected] (fetch first)`), 'lost', false],
  ['apart', exit(1, `!\t${REF}\t[rejected] (non-fast-forward)`), 'lost', false],
  [
    'receive-pack found another value',
    exit(
      1,
      `!\t${REF}\t[remote rejected] (failed to update ref)`,
      "remote: error: cannot lock ref 'refs/heads/main': is at 11 but expected 22\n",
    ),
    'lost',
    false,
  ],
  [
    'receive-pack found another value, git 2.50',
    exit(1, `!\t${REF}\t[remote rejected] (incorrect old value provided)`),
    'lost',
    false,
  ],
  [
    'somebody holds the lock',
    exit(
      1,
      `!\t${REF}\t[remote rejected] (failed to update ref)`,
      "remote: error: cannot lock ref 'refs/heads/main': Unable to create '/x.lock': File exists.\n",
    ),
    'locked',
    false,
  ],
  ['a hook', exit(1, `!\t${REF}\t[remote rejected] (pre-receive hook declined)`), 'policy', false],
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
    'the remote disk is full',
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
    'no report',
    exit(1, `!\t${REF}\t[remote failure] (remote failed to report status)`),
    'unavailable',
    true,
  ],
  [
    'refused connection',
    exit(128, '', "fatal: unable to access 'http://x/': Failed to connect to x port 1\n"),
    'unavailable',
    false,
  ],
  [
    'unknown host',
    exit(128, '', "fatal: unable to access 'https://x/': Could not resolve host: x\n"),
    'unavailable',
    false,
  ],
  [
    'a broken answer',
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
    'no token',
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
  ['an unknown end', exit(3, '', 'something new\n'), 'unclassified', true],
  ['no git', exit(null, '', 'cannot start git: spawn git ENOENT'), 'unclassified', true],
  ['killed', { ...exit(null, ''), killed: 'timeout' }, 'timeout', true],
]

describe('a push that ended with', () => {
  it.each(pushes)('%s', (_name, end, outcome, maybeLanded) => {
    expect(classifyPush(end)).toMatchObject({ outcome, maybeLanded })
  })

  it('words of a hook passes them on without addresses and odd characters', () => {
    const stderr =
      'remote: Titles must be \u001b[31mshort\u001b[0m.        \nremote: See https://git.internal/rules\nerror: failed\n'
    const { policyReason } = classifyPush(
      exit(1, `!\t${REF}\t[remote rejected] (pre-receive hook declined)`, stderr),
    )
    expect(policyReason).toBe('Titles must be [31mshort [0m. See')
  })
})

describe('a fetch that ended with', () => {
  it.each([
    ["fatal: couldn't find remote ref refs/heads/main\n", 'ref_gone'],
    ["fatal: '/x/stores.git' does not appear to be a git repository\n", 'unavailable'],
    ["fatal: 'origin' does not appear to be a git repository\n", 'unclassified'],
    ["fatal: not a git repository: '/data/cache.git'\n", 'unclassified'],
    ['remote: error: object 12 is corrupt\nfatal: early EOF\n', 'unavailable'],
    ['error: unable to create file: No space left on device\n', 'storage'],
  ])('%j', (stderr, outcome) => {
    expect(classifyFailure(exit(128, '', stderr))).toBe(outcome)
  })
})
