import type { ProblemPage } from './problem-pages.ts'

/** Problems of the stores repo and its host. */
export const gitPages = {
  policy_rejected: {
    means:
      'The Git host refused the commit because of a rule: a hook, a protected branch or a ruleset. `detail` repeats what the rule said.',
    steps: [
      'Ask the owner of the stores repo to let this server push to the branch, or change the commit as the rule asks.',
      'Run `storectl doctor`; the check `git_write` tries it without a commit.',
    ],
  },
  git_unavailable: {
    means:
      'The stores repo cannot be reached, so nothing was written. Reads show the last known state.',
    steps: [
      'Send the request again; with the same `Idempotency-Key` it is written once.',
      'Run `storectl doctor`. A proxy, a certificate or the name of the host are the usual causes.',
    ],
  },
  git_auth: {
    means: 'The Git host refuses the credential of this server. Nothing was written.',
    steps: [
      'Renew the token in the file of `GIT_TOKEN_FILE`. The server reads it again by itself.',
      'The credential needs the right to push to the branch, and nothing else.',
    ],
  },
  git_timeout: {
    means:
      'The write did not finish within its 30 seconds. `outcome` is `not_written`, or `unknown` while a push may still arrive.',
    steps: [
      'Send the request again with the same `Idempotency-Key`. It is written only once.',
      'Look at `storectl history NAME` to see whether it arrived.',
    ],
  },
  remote_locked: {
    means:
      'Another process holds the lock of the branch on the Git host. A process that was killed may have left it.',
    steps: [
      'Try again after a minute.',
      'If it stays, the owner of the host must remove the stale `.lock` file. In the embedded repository the server does this after ten minutes.',
    ],
  },
  storage_full: {
    means: 'There is no space left where the stores repo or this server keeps its data.',
    steps: ['Free space, then send the request again. Nothing half-written has landed.'],
  },
  writer_busy: {
    means: 'Too many writes wait: 512, or 2,000 where the host limits pushes.',
    steps: ['Send the request again after the seconds in `Retry-After`, with the same key.'],
  },
  generator_outdated: {
    means:
      'A newer version of this server rendered the store. An older one must not overwrite it, as happens during a rolling update.',
    steps: [
      'Finish the update of all servers.',
      'To go back on purpose, set `ALLOW_GENERATOR_DOWNGRADE=true`.',
    ],
  },
  history_rewritten: {
    means:
      'The branch of the stores repo was reset or deleted, so commits that this server acknowledged may be missing. It refuses writes, because they would cover that up.',
    steps: [
      'Find out who rewrote the branch, and push the former head again if that was a mistake. `storectl doctor` shows both.',
      'Otherwise let an administrator accept the new history, which lists the stores that are missing.',
    ],
  },
} as const satisfies Record<string, ProblemPage>
