import type { CommitFeed, CommittedChange } from '../domain/commit-feed.ts'
import { startControlLoop } from '../domain/control-loop.ts'
import type { Clock, Log, StoresRepo } from '../domain/ports.ts'
import { type BackoffOptions, untilDelivered } from './backoff.ts'
import { cloudEventOf } from './cloud-event.ts'
import type { EventReceiver, Position, Positions, Turn } from './ports.ts'

/** Commits read from Git at a time. */
const PAGE = 100
/** Milliseconds between looks at the branch, the turn and the position without an event. */
const LOOK_MS = 5_000
const LOG_MS = 60_000

export interface SendEventsOptions {
  readonly repo: Pick<StoresRepo, 'snapshot' | 'onMoved' | 'look' | 'state'> & CommitFeed
  readonly receiver: EventReceiver
  readonly positions: Positions
  readonly turn: Turn
  /** Address of this installation, the `source` of each event. */
  readonly source: string
  readonly clock: Clock
  readonly log: Log
  readonly backoff: BackoffOptions
}

/**
 * Sends one event per commit and store that it changed, in the order of the branch, at least once.
 * The position is written after each commit, so a server that ends in between sends the events of
 * that commit again. Nothing is queued: the events are read from Git again when the receiver
 * accepts them, and while it does not, memory holds the ids of one range of commits. Without a
 * position, or with one that the branch does not contain, sending begins at the present head.
 */
export function startEvents(options: SendEventsOptions): { close(): Promise<void> } {
  const { repo } = options
  const stop = new AbortController()
  const unknown: Unknown = { since: null }
  const outage = watchOutage(options)
  const loop = startControlLoop({
    look: () => sendDue(options, unknown, stop.signal),
    onFailure: (err) => outage.failed(err),
    intervalMs: LOOK_MS,
    events: [(event) => repo.onMoved(() => event())],
  })
  return {
    close() {
      stop.abort()
      return loop.close()
    },
  }
}

/** Logs a failure to read or keep the position once a minute. */
function watchOutage({ clock, log }: Pick<SendEventsOptions, 'clock' | 'log'>) {
  let loggedAt = Number.NEGATIVE_INFINITY
  return {
    failed(err: unknown) {
      if (clock.now() - loggedAt < LOG_MS) return
      loggedAt = clock.now()
      log.warn('events are not sent now; they are sent later', { err })
    },
  }
}

/** Since when the branch lacks the position, in milliseconds since the Unix epoch. */
interface Unknown {
  since: number | null
}

async function sendDue(options: SendEventsOptions, unknown: Unknown, signal: AbortSignal) {
  const { repo, positions, turn } = options
  // Also read while another server sends, so that this one keeps a copy.
  const stored = await positions.read()
  if (!turn.isOurs()) return
  let position = await startOf(stored, options, unknown)
  while (position !== null) {
    if (!(await sendRange(position, options, signal))) return
    const { head } = repo.snapshot()
    if (head === position.to) return
    position = { after: position.to, to: head, sent: null }
  }
}

/** Where to continue; `null`: not decided before the branch was fetched again. */
async function startOf(
  stored: Position | null,
  { repo, positions, clock, log }: SendEventsOptions,
  unknown: Unknown,
): Promise<Position | null> {
  const { head } = repo.snapshot()
  if (stored !== null && (await isOnBranch(stored, repo))) {
    unknown.since = null
    return stored
  }
  if (stored !== null && !wasFetchedSince(unknown, repo, clock)) return null
  if (stored !== null) {
    const detail = `the branch has no commit ${stored.to}; changes before ${head} are not sent`
    log.warn('events begin at the present head', { detail })
  }
  unknown.since = null
  const fresh = { after: head, to: head, sent: null }
  await positions.write(fresh)
  return fresh
}

async function isOnBranch({ after, to }: Position, repo: CommitFeed): Promise<boolean> {
  return (await repo.hasCommit(after)) && repo.hasCommit(to)
}

/** Another server may have sent commits that this one has not fetched. */
function wasFetchedSince(unknown: Unknown, repo: SendEventsOptions['repo'], clock: Clock): boolean {
  if (unknown.since !== null && repo.state().lastContactAt > unknown.since) return true
  unknown.since ??= clock.now()
  repo.look()
  return false
}

/** Sends what is left of a range. Returns false if it was not completed. */
async function sendRange(
  { after, to, sent }: Position,
  options: SendEventsOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { repo, positions } = options
  if (after === to) return true
  const ids = await repo.commitsBetween(after, to)
  for (let at = sent === null ? 0 : ids.indexOf(sent) + 1; at < ids.length; at += PAGE) {
    const page = ids.slice(at, at + PAGE)
    const changes = Map.groupBy(await repo.changesOf(page), ({ change }) => change.commit)
    for (const id of page) {
      const events = eventsOf(changes.get(id) ?? [], options.source)
      for (const event of events) {
        if (!(await send(event, options, signal))) return false
      }
      if (events.length > 0) await positions.write({ after, to, sent: id })
    }
  }
  await positions.write({ after: to, to, sent: null })
  return true
}

function eventsOf(changes: readonly CommittedChange[], source: string) {
  return changes.flatMap(({ change, stores }) =>
    stores.map((store) => cloudEventOf(change, store, source)),
  )
}

function send(
  event: ReturnType<typeof cloudEventOf>,
  { receiver, turn, log, backoff }: SendEventsOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, team, commit } = event.data
  return untilDelivered(
    () => receiver.deliver(event, signal),
    (reason) => {
      const fields = { store, team, revision: commit, detail: reason }
      log.warn('an event was not accepted; it is sent again, and later ones wait', fields)
    },
    () => turn.isOurs(),
    signal,
    backoff,
  )
}
