import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { digestOf, setDigestOf } from '../src/adapters/argocd/digest.ts'
import type { Lifecycle } from '../src/contract/words.ts'
import type { PhaseInput } from '../src/domain/status/verdict.ts'

/** State of a store on a real Argo CD, recorded by the cluster suite with RECORD=1. Times are RFC 3339 UTC. */
export interface Recording {
  /** Row of the phase table, and what distinguishes this recording. */
  readonly row: string
  readonly expected: { readonly phase: string; readonly reason: string }
  readonly now: string
  readonly asOf: string
  readonly declared: {
    readonly lifecycle: Lifecycle
    readonly autoSync: boolean
    readonly onMain: boolean
    readonly required: string
    readonly committedAt: string
  }
  readonly observed: string | null
  readonly applied: string | null
  /** The object from Kubernetes, without values specific to that cluster. */
  readonly application: unknown
  readonly applicationSet: unknown
}

const FOLDER = fileURLToPath(new URL('recorded/', import.meta.url))

/** Every recording in the folder, in the order of its file names. */
export function recordings(): readonly Recording[] {
  return readdirSync(FOLDER)
    .toSorted()
    .map((file) => JSON.parse(readFileSync(FOLDER + file, 'utf8')) as Recording)
}

/** Converts a recording to the input of the phase table. */
export function inputOf(recording: Recording): PhaseInput {
  const { declared } = recording
  return {
    declared: {
      ...declared,
      intentOnMain: declared.onMain,
      problems: [],
      queued: false,
      committedAt: Date.parse(declared.committedAt),
    },
    pending: null,
    application: recording.application === null ? null : digestOf(recording.application),
    observed: recording.observed,
    applied: recording.applied,
    applicationSet: { error: setDigestOf(recording.applicationSet)?.error ?? null },
    source: { asOf: Date.parse(recording.asOf), intervalMs: 60_000, reconciliationMs: 180_000 },
    everReady: false,
    now: Date.parse(recording.now),
  }
}
