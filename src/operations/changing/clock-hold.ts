import type { PlatformView } from '../../contract/platform.ts'
import type { DeletionsReleased } from '../../contract/repository.ts'
import { dueConfirmed, toSecond } from '../../domain/admission/lifecycle.ts'
import { isOnItsWayOut } from '../../domain/admission/mass-delete-limit.ts'
import {
  differenceOf,
  disagreeing,
  type Due,
  dueOf,
  type OtherClock,
  type TimeReading,
} from '../../domain/clocks.ts'
import { StoreError } from '../../domain/errors.ts'
import type { OperationDeps, Requester } from '../../domain/ports.ts'
import type { Snapshot, StoreRecord } from '../../domain/snapshot.ts'
import { holdSentence } from '../../domain/status/purge.ts'
import { changeIntent } from './change-store.ts'

type Held = Extract<Due, { is: 'held' }>

/** A deletion whose next step waits for an admin, with the reason. */
export interface HeldDeletion {
  readonly record: StoreRecord
  readonly because: Held['because']
}

export type HoldDeps = Pick<OperationDeps, 'repo' | 'time' | 'purge'>

/** Deletions and purges that are due by the wall clock but not by a second clock. */
function heldByClock(
  { stores, platform }: Snapshot,
  time: TimeReading,
  minUptimeMs: number,
): readonly HeldDeletion[] {
  return stores.storesWhere(isOnItsWayOut).flatMap((record) => {
    const lifecycle = record.intent?.lifecycle
    if (lifecycle === undefined) return []
    if (lifecycle.state === 'deleted' && !platform.autoPurge) return []
    const due = dueOf(lifecycle, time, minUptimeMs)
    return due.is === 'held' ? [{ record, because: due.because }] : []
  })
}

export type ReleaseDeps = HoldDeps &
  Pick<OperationDeps, 'sealer' | 'clock'> & { readonly newRequestId: () => string }

/**
 * Releases every deletion that is held because of the clocks. `store.yaml` then records that the
 * retention is over, so no server checks a clock again, and the purge follows. Each commit names the
 * admin.
 * @throws StoreError `conflict` (nothing is held, or the number differs: extra `count`), and any code
 *   of `changeStore`
 */
export async function releaseDue(
  deps: ReleaseDeps,
  { count, reason }: { readonly count: number; readonly reason: string },
  by: Requester,
): Promise<DeletionsReleased> {
  const at = deps.repo.snapshot()
  const now = deps.clock.now()
  const held = heldByClock(at, deps.time.reading(), deps.purge.minUptimeMs)
  if (held.length === 0) throw new StoreError('conflict', 'no deletion is held by the clocks')
  if (held.length !== count) {
    throw new StoreError('conflict', `${held.length} deletions are held, not ${count}`, {
      extra: { count: held.length },
      hint: `Review the held deletions, then release them with count ${held.length}.`,
    })
  }
  const landed = await Promise.all(
    held.map(({ record: { team, name } }) =>
      changeIntent(
        deps,
        { team, name, reason },
        {
          action: 'purge',
          next: (store) => dueConfirmed(store, now, undefined),
          facts: () => ['retention confirmed'],
          always: true,
        },
        { ...by, requestId: deps.newRequestId() },
      ),
    ),
  )
  return {
    revision: landed.at(-1)?.commit ?? at.head,
    released: held.map(({ record: { team, name } }) => ({ team, name })),
  }
}

/** Describes the disagreement of the clocks, the held deletions and the way out; `null` if there are none. */
export function clockHoldOf(
  deps: HoldDeps,
): { readonly detail: string; readonly fix: string } | null {
  const time = deps.time.reading()
  const held = heldByClock(deps.repo.snapshot(), time, deps.purge.minUptimeMs)
  const differ = disagreeing(time)
  if (differ.length === 0 && held.length === 0) return null
  const parts = [whatDiffers(differ), whatIsHeld(held, time)].filter((part) => part !== '')
  return { detail: parts.join(' '), fix: howToGoOn(differ, held) }
}

export function clockBanners(deps: HoldDeps): PlatformView['banners'] {
  const hold = clockHoldOf(deps)
  return hold === null ? [] : [{ code: 'clock', message: `${hold.detail} ${hold.fix}` }]
}

function whatDiffers(differ: readonly OtherClock[]): string {
  const said = differ.map((other) => {
    const { oursMs, theirsMs } = other.seen
    return `this server's clock is ${differenceOf(other)} (${toSecond(oursMs)} here, ${toSecond(theirsMs)} there)`
  })
  return said.length === 0 ? '' : `The clocks disagree: ${said.join('; ')}. Deletions are held.`
}

function whatIsHeld(held: readonly HeldDeletion[], time: TimeReading): string {
  const [first] = held
  if (first === undefined) return ''
  const names = held.slice(0, 3).map(({ record: { team, name } }) => `${team}/${name}`)
  const more = held.length > names.length ? ' …' : ''
  const count = `${held.length} ${held.length === 1 ? 'deletion is' : 'deletions are'} held`
  const why = first.because === 'disagreement' ? '' : `: ${holdSentence(first.because, time)}`
  return `${count} (${names.join(', ')}${more})${why}.`
}

function howToGoOn(differ: readonly OtherClock[], held: readonly HeldDeletion[]): string {
  const release = `storectl release-deletions --held-by clock --count ${held.length} --reason "…"`
  const restore = 'storectl restore takes one back.'
  if (differ.length > 0) {
    const right = 'Set the clock that is wrong; deletions go on an hour after the clocks agree.'
    return held.length === 0
      ? right
      : `${right} If the retention really is over, an admin releases them: ${release}; ${restore}`
  }
  return `Check the date of this server. If the retention really is over, an admin releases them: ${release}; ${restore}`
}
