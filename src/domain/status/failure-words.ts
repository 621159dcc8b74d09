import type { Reason } from './verdict.ts'

/**
 * Patterns in error messages of Argo CD and Kubernetes that name a specific reason. First match
 * wins.
 * Source: argo-cd v3.6.1 controller/sync.go, controller/state.go, util/argo/argo.go,
 * util/app/path/path.go, reposerver/repository/repository.go; kubernetes v1.34
 * apimachinery/pkg/api/errors.
 */
const named: readonly (readonly [words: RegExp, reason: Reason])[] = [
  [/app path does not exist/, 'PathMissing'],
  [
    /failed to list refs|authentication required|repository not (?:found|accessible)|unable to (?:ls-remote|resolve)|connection refused|dial tcp|i\/o timeout/i,
    'RepoUnreachable',
  ],
  [/Shared resource found|is part of applications? /, 'SharedResource'],
  [/not permitted in project|do(?:es)? not match any of the allowed destinations/, 'NotPermitted'],
  [/field is immutable|updates to \w+ spec for fields other than/, 'ImmutableField'],
  [
    /could not find the requested resource|no matches for kind|Make sure the .* CRD is installed/,
    'CRDMissing',
  ],
]

/** Every reason that {@link reasonIn} finds in a message. */
export const namedReasons: readonly Reason[] = named.map(([, reason]) => reason)

/** Returns the reason that a message of Argo CD names, or `general`. */
export function reasonIn<General extends Reason>(
  message: string,
  general: General,
): Reason | General {
  return named.find(([words]) => words.test(message))?.[1] ?? general
}
