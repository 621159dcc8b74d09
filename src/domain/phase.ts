import { healthRows } from './phase-health.ts'
import { operationRows } from './phase-operation.ts'
import { presenceRows } from './phase-presence.ts'
import type { Judgement, PhaseInput, Verdict } from './verdict.ts'

/** One row of the table: a verdict, or `null` for "does not apply". */
export type PhaseRow = (input: PhaseInput) => Verdict | null

/**
 * One word for what Argo CD observed of what Git declares; first match wins.
 * "Observed" compares tree ids of `manifests/`, never commits: an unrelated commit changes nothing.
 * Ready needs all of: observed, Synced, Healthy for 5 s, no running or failed operation of this tree,
 * `reconciledAt` not before the operation's end, no error condition, a source that still speaks.
 */
export function phaseOf(input: PhaseInput): Judgement {
  const absent = firstOf(presenceRows, input)
  const verdict = absent ?? firstOf([...operationRows, ...healthRows], input) ?? UNDECIDED
  const silence = dependsOnSource(input, absent) ? silenceOf(input) : null
  if (silence === null) return { ...verdict, stale: false, lastKnown: null }
  return { ...silence, stale: true, lastKnown: verdict }
}

/**
 * A change that is not rendered on main (rows 1 and 2) is so whatever Argo CD does, and a deletion that was seen
 * (row 5) does not come back. "No such Application" (rows 3, 4, 6) counts only from a source that speaks.
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
    const verdict = row(input)
    if (verdict !== null) return verdict
  }
  return null
}

/** Row 7: two missed intervals of the source, or three of Argo CD's controller. */
function silenceOf({ application, source, now }: PhaseInput): Verdict | null {
  if (now - source.asOf > 2 * source.intervalMs) {
    return {
      phase: 'Unknown',
      reason: 'SourceUnreachable',
      message: 'Argo CD cannot be reached; what is shown is the last thing it said',
    }
  }
  const heartbeat = application?.reconciledAt ?? null
  if (heartbeat !== null && now - Date.parse(heartbeat) > 3 * source.reconciliationMs) {
    return {
      phase: 'Unknown',
      reason: 'ControllerSilent',
      message: `Argo CD's controller has not looked since ${heartbeat}`,
    }
  }
  return null
}
