/** Rules for the contents of a stores repo: title, and how to fix a violation. */
export const rules = {
  C01: {
    title: 'only plain files at the paths of a stores repo',
    fix: 'Remove it: a stores repo holds plain data files only (README, "What may stand here").',
  },
  C02: {
    title: 'input files follow their schema and fit each other',
    fix: 'Correct the file; all its problems are listed.',
  },
  C03: {
    title: 'a store has the name of its folder, which is unique and free',
    fix: 'Pick another name, and make name and team equal the folder.',
  },
  C04: {
    title: 'rendered files equal what the intent renders to',
    fix: 'Undo edits of app.json and manifests/, or run: storectl render --all',
  },
  C05: {
    title: 'every app.json has every key',
    fix: 'Run: storectl render --all. One invalid app.json blocks new stores on the whole platform.',
  },
  C06: {
    title: 'no other files below stores/',
    fix: 'Remove it: a store folder holds store.yaml, app.json and manifests/*.yaml.',
  },
  C07: {
    title: 'every object lives in the namespace of its store',
    fix: 'Undo the edit: an object in another namespace would affect another store.',
  },
  C08: {
    title: 'only kinds that a store may have',
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
    title: 'volumes never shrink, and grow only if the cluster allows it',
    fix: 'Restore the size: Kubernetes cannot shrink a volume, and enlarges it only if the StorageClass allows that.',
  },
  C12: {
    title: 'data never moves to an older version',
    fix: 'Go forward to a newer release, or restore a dump made before the upgrade.',
  },
  C13: {
    title: 'lifecycle steps are in order and immutable keys unchanged',
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
    fix: 'Remove it and replace the secret: everyone who can read the branch knows it.',
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
    title: 'CODEOWNERS has the owners that platform.yaml declares for teams',
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

/** A violation of a rule. */
export interface CheckProblem {
  readonly rule: RuleId
  /** Below the root of the repository; `''` = the change as a whole. */
  readonly path: string
  /** RFC 6901 fragment. In a file with several documents the first segment is the document number, from 0. */
  readonly pointer: string
  readonly detail: string
}

export function problem(rule: RuleId, path: string, detail: string, pointer = '#'): CheckProblem {
  return { rule, path, pointer, detail }
}
