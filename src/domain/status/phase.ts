import { healthRows } from './phase-health.ts'
import { operationRows } from './phase-operation.ts'
import { presenceRows } from './phase-presence.ts'
import type { Judgement, PhaseInput, PhaseRow, Verdict } from './verdict.ts'

/**
 * Summarises in one word what Argo CD observed of the state that Git declares. The first matching
 * row decides.
 * "Observed" compares tree ids of `manifests/`, never commits, so unrelated commits have no effect.
 * Ready requires all of these: observed, Synced, Healthy for 5 s, no running or failed operation of
 * this tree, `reconciledAt` not before the end of the operation, no error condition, and a source
 * that is not silent.
 */
export function phaseOf(input: PhaseInput): Judgement {
  const absent = firstOf(presenceRows, input)
  const verdict = absent ?? firstOf([...operationRows, ...healthRows], input) ?? UNDECIDED
  const silent = dependsOnSource(input, absent) ? silence.judge(input) : null
  if (silent === null) return { ...verdict, stale: false, lastKnown: null }
  return { ...silent, stale: true, lastKnown: verdict }
}

/**
 * Rows 1 and 2 (not rendered on main) follow from Git alone, and a deletion that was observed (row 5)
 * is final. That an Application is absent (rows 3, 4, 6) counts only if the source is not silent.
 */
function dependsOnSource({ application }: PhaseInput, absent: Verdict | null): boolean {
  if (absent === null) return true
  return application === null && !['Requested', 'Failed'].includes(absent.phase)
}

const UNDECIDED: Verdict = {
  phase: 'Unknown',
  reason: 'HealthUnknown',
  message: 'Argo CD reports a state this version does not know',
}

function firstOf(rows: readonly PhaseRow[], input: PhaseInput): Verdict | null {
  for (const row of rows) {
    const verdict = row.judge(input)
    if (verdict !== null) return verdict
  }
  return null
}

const silence: PhaseRow = {
  number: 7,
  when: 'The source missed two of its intervals, or the controller of Argo CD missed three',
  outcomes: { Unknown: ['SourceUnreachable', 'ControllerSilent'] },
  judge: silenceOf,
}

/**
 * Every row in the order of its number. The first row that applies decides, but row 7 keeps the
 * verdict of a later row as `lastKnown`.
 */
export const phaseTable: readonly PhaseRow[] = [
  ...presenceRows,
  silence,
  ...operationRows,
  ...healthRows,
]

function silenceOf({ application, source, now }: PhaseInput): Verdict | null {
  if (now - source.asOf > 2 * source.intervalMs) {
    return {
      phase: 'Unknown',
      reason: 'SourceUnreachable',
      message: 'Argo CD cannot be reached; the last known status is shown',
    }
  }
  const heartbeat = application?.reconciledAt ?? null
  if (heartbeat !== null && now - Date.parse(heartbeat) > 3 * source.reconciliationMs) {
    return {
      phase: 'Unknown',
      reason: 'ControllerSilent',
      message: `Argo CD's controller has been silent since ${heartbeat}`,
    }
  }
  return null
}
