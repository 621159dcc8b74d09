import type { LandedRequest, StoreId } from '../../../domain/ports.ts'
import type { ChangeRef, Departure, Vacated } from '../../../domain/snapshot.ts'
import { changeRefOf, type LoggedCommit, type Touch } from './commit-log.ts'

/** What the newest commit of ours on a store said. */
interface Acked {
  readonly team: string
  readonly name: string
  readonly commit: string
  readonly outputDigest: string | null
  readonly purged: boolean
}

/** First and newest commit of a store folder since it last appeared. */
export interface StoreHistory {
  readonly created: ChangeRef
  readonly last: ChangeRef
}

/** Key hash or request id -> where it landed. */
export interface Landing {
  readonly ref: ChangeRef
  readonly atMs: number
  readonly team: string
  readonly name: string
  readonly inputDigest: string | null
}

/** A replayed key is answered for 24 h; one hour more for clocks that differ. */
export const REMEMBER_MS = 25 * 3_600_000

/**
 * What the messages of the walked commits say: history per store, requests and idempotency keys of the last
 * 25 hours. Belongs to one branch; grows by {@link HistoryIndex.add} in graph order.
 */
export class HistoryIndex {
  readonly #stores = new Map<string, StoreHistory>()
  readonly #requests = new Map<string, Landing>()
  readonly #keys = new Map<string, Landing>()
  readonly #acked = new Map<string, Acked>()
  /** Replaced, never changed, once it was given away. */
  #vacated = new Map<string, Vacated>()
  #vacatedGiven = false
  /** Replaced, never changed. */
  #departures: readonly Departure[] = []
  #approvedAt: number | null = null
  #prunedAtMs = 0

  /** @param touches folders that a commit made outside changed; empty for one of ours */
  add(commit: LoggedCommit, touches: readonly Touch[], nowMs: number): void {
    const { said } = commit
    const ref = changeRefOf(commit)
    if (said.requestId === null || said.store === null || said.team === null) {
      for (const { team, name, removed } of touches) {
        const purged = this.#acked.get(`${team}/${name}`)?.purged === true
        this.#vacate(team, name, ref, removed, purged)
        this.#touch(team, name, ref, removed)
        if (removed && !purged) this.#depart(team, name, commit.atMs, nowMs)
      }
      return
    }
    const removed = isGone(said)
    this.#vacate(said.team, said.store, ref, removed, true)
    this.#touch(said.team, said.store, ref, removed)
    this.#ack(commit, said.team, said.store)
    if (said.departs) this.#depart(said.team, said.store, commit.atMs, nowMs)
    if (said.massDeleteApprovedBy !== null) {
      this.#approvedAt = Math.max(this.#approvedAt ?? 0, commit.atMs)
    }
    if (nowMs - commit.atMs > REMEMBER_MS) return
    const landing = {
      ref,
      atMs: commit.atMs,
      team: said.team,
      name: said.store,
      inputDigest: said.inputDigest,
    }
    this.#requests.set(said.requestId, landing)
    if (said.keyHash !== null) this.#keys.set(said.keyHash, landing)
  }

  store(team: string, name: string): StoreHistory | undefined {
    return this.#stores.get(`${team}/${name}`)
  }

  /**
   * Stores that commits of ours declared and that `treeOf` does not show: gone without a removal of ours, or with
   * manifests other than ours although no later commit touched them, as after a merge that dropped our side.
   * @param treeOf tree id of the manifests now; `null` = no such folder
   */
  lost(treeOf: (team: string, name: string) => string | null): StoreId[] {
    const lost: StoreId[] = []
    for (const [key, { team, name, commit, outputDigest, purged }] of this.#acked) {
      const tree = treeOf(team, name)
      const untouched = this.#stores.get(key)?.last.commit === commit
      const gone = tree === null && !purged
      const stale = tree !== null && untouched && outputDigest !== null && outputDigest !== tree
      if (gone || stale) lost.push({ team, name })
    }
    return lost
  }

  #ack({ id, said }: LoggedCommit, team: string, name: string): void {
    const key = `${team}/${name}`
    if (isGone(said)) {
      this.#acked.delete(key)
      return
    }
    const { outputDigest, action } = said
    this.#acked.set(key, { team, name, commit: id, outputDigest, purged: action === 'purge' })
  }

  /** Where a request of ours landed, in the last 25 hours. */
  request(requestId: string): Landing | undefined {
    return this.#requests.get(requestId)
  }

  /** Requests of the last 25 hours, newest first. */
  requests(nowMs: number): LandedRequest[] {
    this.#prune(nowMs)
    return Array.from(this.#requests, ([requestId, { ref, team, name }]) => {
      return { requestId, ref, team, name }
    }).reverse()
  }

  /** Where the first request with this idempotency key landed, in the last 25 hours. */
  key(keyHash: string, nowMs: number): Landing | undefined {
    this.#prune(nowMs)
    const landing = this.#keys.get(keyHash)
    return landing !== undefined && nowMs - landing.atMs <= REMEMBER_MS ? landing : undefined
  }

  /** Stores that were deleted in the last 25 hours, oldest first; the list never changes. */
  get departures(): readonly Departure[] {
    return this.#departures
  }

  /** When an admin last let a mass deletion pass, milliseconds since the epoch. */
  get massDeleteApprovedAt(): number | null {
    return this.#approvedAt
  }

  #depart(team: string, name: string, atMs: number, nowMs: number): void {
    if (nowMs - atMs > REMEMBER_MS) return
    const recent = this.#departures.filter((each) => nowMs - each.atMs <= REMEMBER_MS)
    this.#departures = [...recent, { team, name, atMs }]
  }

  /** Names whose store left, by name; the map never changes. */
  get vacated(): ReadonlyMap<string, Vacated> {
    this.#vacatedGiven = true
    return this.#vacated
  }

  /**
   * A name is kept until its own team bears it again. A folder that another team pushes takes nothing, nor does its
   * removal, unless a commit of ours had declared it.
   */
  #vacate(team: string, name: string, { at }: ChangeRef, removed: boolean, purged: boolean): void {
    const holder = this.#vacated.get(name)?.team
    const foreign = holder !== undefined && holder !== team
    if (removed ? foreign && !this.#acked.has(`${team}/${name}`) : holder !== team) return
    if (this.#vacatedGiven) this.#vacated = new Map(this.#vacated)
    this.#vacatedGiven = false
    if (removed) this.#vacated.set(name, { team, at, purged })
    else this.#vacated.delete(name)
  }

  #touch(team: string, name: string, ref: ChangeRef, removed: boolean): void {
    const key = `${team}/${name}`
    if (removed) {
      this.#stores.delete(key)
      return
    }
    this.#stores.set(key, { created: this.#stores.get(key)?.created ?? ref, last: ref })
  }

  #prune(nowMs: number): void {
    if (nowMs - this.#prunedAtMs < 600_000) return
    this.#prunedAtMs = nowMs
    for (const landings of [this.#requests, this.#keys]) {
      for (const [id, landing] of landings) {
        if (nowMs - landing.atMs > REMEMBER_MS) landings.delete(id)
      }
    }
  }
}

/** Nothing is left of the store: its folder was removed after a purge, or an admin says so of one that vanished. */
function isGone({ action }: LoggedCommit['said']): boolean {
  return action === 'remove' || action === 'release'
}
