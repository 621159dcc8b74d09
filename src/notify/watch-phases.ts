import { rowColumns } from '../contract/snapshot.ts'
import type { Batch, ChangeFeed } from '../observe/change-feed.ts'

/** Phases that a person wants to hear about. The phases between two of them are not reported. */
export const REPORTED = ['Ready', 'Degraded', 'Failed'] as const
export type Reported = (typeof REPORTED)[number]

export interface PhaseChange {
  readonly name: string
  readonly team: string
  /** Last reported phase before; `null`: none was seen. */
  readonly from: Reported | null
  readonly to: Reported
  /** Another phase in between, if `from` equals `to`. */
  readonly between: Reported | null
}

export interface PhaseWatchOptions {
  readonly feed: Pick<ChangeFeed, 'rows' | 'subscribe'>
  /** Resolves when the status source has listed every Application. */
  readonly listed: Promise<void>
  /** Milliseconds for which changes of one store are collected, and from `listed` to the first report. */
  readonly windowMs: number
  readonly onChange: (change: PhaseChange) => void
}

const NAME = rowColumns.indexOf('name')
const TEAM = rowColumns.indexOf('team')
const PHASE = rowColumns.indexOf('phase')

interface Window {
  readonly from: Reported | null
  readonly team: string
  readonly seen: Set<Reported>
  readonly timer: NodeJS.Timeout
}

/**
 * Reports a change of a store between Ready, Degraded and Failed at the end of a window that its
 * first change opens, so a short flap is one report. What a store is in the first window after the
 * start is its known phase, which is not reported.
 * @returns ends the watch; open windows are not reported
 */
export function watchPhases(options: PhaseWatchOptions): () => void {
  const { feed, listed, windowMs, onChange } = options
  const phases = new Map<string, Reported>()
  const windows = new Map<string, Window>()
  let startTimer: NodeJS.Timeout | undefined
  let isClosed = false
  let reports = false

  const report = (name: string) => {
    const window = windows.get(name)
    const to = phases.get(name)
    windows.delete(name)
    if (window === undefined || to === undefined) return
    const { from, team, seen } = window
    const between =
      from === to ? (REPORTED.findLast((each) => each !== to && seen.has(each)) ?? null) : null
    onChange({ name, team, from, to, between })
  }
  const look = (name: string, team: string, phase: Reported) => {
    const before = phases.get(name) ?? null
    phases.set(name, phase)
    windows.get(name)?.seen.add(phase)
    if (!reports || before === phase || windows.has(name)) return
    const timer = setTimeout(report, windowMs, name)
    timer.unref()
    windows.set(name, { from: before, team, seen: new Set([phase]), timer })
  }
  const apply = ({ upsert, remove }: Pick<Batch, 'upsert' | 'remove'>) => {
    for (const row of remove) {
      const name = String(row[NAME])
      phases.delete(name)
      clearTimeout(windows.get(name)?.timer)
      windows.delete(name)
    }
    for (const row of upsert) {
      const phase = REPORTED.find((each) => each === row[PHASE])
      if (phase !== undefined) look(String(row[NAME]), String(row[TEAM]), phase)
    }
  }

  apply({ upsert: [...feed.rows()], remove: [] })
  const unsubscribe = feed.subscribe(apply)
  void listed.then(() => {
    if (isClosed) return
    startTimer = setTimeout(() => (reports = true), windowMs)
    startTimer.unref()
  })
  return () => {
    isClosed = true
    unsubscribe()
    clearTimeout(startTimer)
    for (const { timer } of windows.values()) clearTimeout(timer)
  }
}
