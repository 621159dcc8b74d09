/** What must hold in a stores repo, whoever changes it: title and what to do when it does not. */
export const rules = {
  C01: {
    title: 'only paths of a stores repo, each a plain file',
    fix: 'Take it out: the stores repo holds plain data files only (README, "What may stand here").',
  },
  C02: {
    title: 'input files follow their schema and fit each other',
    fix: 'Correct the file; every problem of it is listed.',
  },
  C03: {
    title: 'a store bears the name of its folder, unique and free',
    fix: 'Pick another name, and let name and team equal the folder.',
  },
  C04: {
    title: 'rendered files equal what the intent renders to',
    fix: 'Undo edits of app.json and manifests/, or run: storectl render --all',
  },
  C05: {
    title: 'every app.json has every key',
    fix: 'Run: storectl render --all. One bad app.json stops new stores of the whole platform.',
  },
  C06: {
    title: 'nothing nested or stray below stores/',
    fix: 'Remove it: a store folder holds store.yaml, app.json and manifests/*.yaml.',
  },
  C07: {
    title: 'every object lives in the namespace of its store',
    fix: 'Undo the edit: an object of another namespace would reach a store that is not this one.',
  },
  C08: {
    title: 'only kinds that a store may consist of',
    fix: 'Undo the edit: Argo CD refuses other kinds, and RBAC is pinned word for word.',
  },
  C09: {
    title: 'data and credentials are protected from prune and delete',
    fix: 'Restore the annotation argocd.argoproj.io/sync-options: Prune=false,Delete=false.',
  },
  C10: {
    title: 'two sync waves, no hooks, Jobs named by their content',
    fix: 'Undo the edit of the annotation or of the Job.',
  },
  C11: {
    title: 'volumes only grow, and only where they can',
    fix: 'Restore the size: Kubernetes shrinks no volume, and enlarges it only where the StorageClass allows that.',
  },
  C12: {
    title: 'a database never gets an older schema',
    fix: 'Go forward to a newer release, or restore a dump made before the upgrade.',
  },
  C13: {
    title: 'lifecycle steps in order, immutable keys untouched',
    fix: 'Restore the value; to move a store, clone it and delete the old one.',
  },
  C14: {
    title: 'a folder is removed only after purge',
    fix: 'Restore the folder and delete the store through Storewright.',
  },
  C15: {
    title: 'no mass deletion',
    fix: 'Split it, or let a code owner set the label mass-delete-approved.',
  },
  C16: {
    title: 'no secret and no personal address in Git',
    fix: 'Take it out, and change the secret: whoever can read the branch has it.',
  },
  C17: {
    title: 'every manifest is a whole Kubernetes object',
    fix: 'Run: storectl render --all. Argo CD skips a broken file and prunes what it declared.',
  },
  C18: {
    title: 'Pod Security restricted, images by digest, canonical quantities',
    fix: 'Undo the edit.',
  },
  C19: {
    title: 'CODEOWNERS says what teams say',
    fix: 'Run: storectl codeowners > .github/CODEOWNERS',
  },
  C20: {
    title: 'nothing rendered by a newer generator than this checker',
    fix: 'Check with a storectl at least as new (the image in .github/workflows/validate.yaml).',
  },
  C21: {
    title: 'a reviewable number of stores',
    fix: 'Split it, or set the label bulk.',
  },
} as const satisfies Record<string, { title: string; fix: string }>

export type RuleId = keyof typeof rules

/** One thing that is wrong: where, which rule, why. */
export interface CheckProblem {
  readonly rule: RuleId
  /** Below the root of the repository. `''` = the change as a whole. */
  readonly path: string
  /** RFC 6901 fragment; in a file of several documents the first part is the document's number, from 0. */
  readonly pointer: string
  readonly detail: string
}

export function problem(rule: RuleId, path: string, detail: string, pointer = '#'): CheckProblem {
  return { rule, path, pointer, detail }
}
