import { type CheckProblem, problem } from './problem.ts'

/** Patterns of credentials. A match is never printed. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN (?:[A-Z]+ ){0,2}PRIVATE KEY-----/, 'a private key'],
  [/\bstw_[A-Za-z0-9_-]{20,}/, 'a Storewright token'],
  [/\bgh[pousr]_[A-Za-z0-9]{36}/, 'a GitHub token'],
  [/\bgithub_pat_[A-Za-z0-9_]{22,}/, 'a GitHub token'],
  [/\bglpat-[A-Za-z0-9_-]{20}/, 'a GitLab token'],
  [/\bAKIA[0-9A-Z]{16}\b/, 'an AWS access key'],
  [/\bAIza[0-9A-Za-z_-]{35}/, 'a Google key'],
  [/\bxox[baprs]-[A-Za-z0-9-]{10,}/, 'a Slack token'],
  [/\b[rs]k_live_[A-Za-z0-9]{16,}/, 'a payment key'],
  [/\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/, 'a JSON web token'],
  [/\b[a-z][a-z0-9+]{1,9}:\/\/[^\s/:@'"]{1,64}:[^\s/@'"]{1,128}@/, 'an address with a password'],
]

const ADDRESS: readonly (readonly [RegExp, string])[] = [
  [/\b[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b/, 'an e-mail address'],
]

/**
 * C16: lines that look like they hold a credential. Reports line numbers only.
 * @param addresses also reports e-mail addresses; manifests hold `<user>@<host>`, input files must not
 */
export function secretProblems(path: string, text: string, addresses: boolean): CheckProblem[] {
  const forms = addresses ? [...SECRETS, ...ADDRESS] : SECRETS
  return text
    .split('\n')
    .flatMap((line, at) =>
      forms
        .filter(([form]) => form.test(line))
        .map(([, what]) => problem('C16', path, `line ${at + 1} holds what looks like ${what}`)),
    )
}
