import type { LandedRequest } from '../../../domain/ports.ts'
import type { ChangeRef, Departure, Rendered, StoreId, Vacated } from '../../../domain/snapshot.ts'
import { changeRefOf, type LoggedCommit, type Touch } from './commit-log.ts'

/** Statements of our newest commit on a store. */
interface Acked {
  readonly team: string
  readonly name: string
  readonly commit: string
  readonly outputDigest: string | null
  /** Tree id of the store's folder; `null`: the commit does not state it. */
  readonly folder: string | null
  readonly rendered: Rendered
  readonly purged: boolean
}

/** First and newest commit of a store folder since it last appeared. */
export interface StoreHistory {
  readonly created: ChangeRef
  readonly last: ChangeRef
  /** `null`: the store has no commit of ours. */
  readonly rendered: Rendered | null
  /** Tree id of the folder after the newest commit, if that commit is ours and states it. */
  readonly folder: string | null
}

/** Manifest trees remembered per store. */
const MAX_TREES = 200

/** Where a request or idempotency key landed. */
export interface Landing {
  readonly ref: ChangeRef
  readonly atMs: number
  readonly team: string
  readonly name: string
  readonly inputDigest: string | null
  readonly generator: string | null
}

/** Idempotency keys are valid for 24 h; one more hour covers clock differences. */
const REMEMBER_MS = 25 * 3_600_000

/**
 * Index of the commit messages of one branch: history per store, and the requests and idempotency
 * keys of the last 25 hours. Commits must be added in graph order.
 */
export class HistoryIndex {
  readonly #stores = new Map<string, Pick<StoreHistory, 'created' | 'last'>>()
  readonly #requests = new Map<string, Landing>()
  readonly #keys = new Map<string, Landing>()
  readonly #acked = new Map<string, Acked>()
  /** Copied before a change once it has been returned. */
  #vacated = new Map<string, Vacated>()
  #vacatedGiven = false
  /** Replaced on change, never mutated. */
  #departures: readonly Departure[] = []
  #approvedAt: number | null = null
  #prunedAtMs = 0
  #proven = false

  /** True if a proven commit has been added. */
  get proven(): boolean {
    return this.#proven
  }

  /** @param touches folders changed by a commit without proof; empty for our own commits */
  add(commit: LoggedCommit, touches: readonly Touch[], nowMs: number): void {
    const { said } = commit
    const ref = changeRefOf(commit)
    if (said.requestId === null || said.store === null || said.team === null) {
      for (const { team, name, removed, purged = false } of touches) {
        const asDeclared = purged || this.#acked.get(`${team}/${name}`)?.purged === true
        this.#vacate(team, name, ref, removed, asDeclared)
        this.#touch(team, name, ref, removed)
        if (removed && !asDeclared) this.#depart(team, name, commit.atMs, nowMs)
      }
      return
    }
    this.#proven = true
    const removed = isGone(said)
    this.#vacate(said.team, said.store, ref, removed, true)
    this.#touch(said.team, said.store, ref, removed)
    this.#ack(commit, said.team, said.store)
    if (said.departs) this.#depart(said.team, said.store, commit.atMs, nowMs)
    if (said.massDeleteApprovedBy !== null) {
      const atMs = Math.min(commit.atMs, requestedAt(said.requestId) + APPROVAL_MS)
      this.#approvedAt = Math.max(this.#approvedAt ?? 0, atMs)
    }
    if (nowMs - commit.atMs > REMEMBER_MS) return
    const landing = {
      ref,
      atMs: commit.atMs,
      team: said.team,
      name: said.store,
      inputDigest: said.inputDigest,
      generator: said.generator,
    }
    this.#requests.set(said.requestId, landing)
    if (said.keyHash !== null) this.#keys.set(said.keyHash, landing)
  }

  store(team: string, name: string): StoreHistory | undefined {
    const key = `${team}/${name}`
    const history = this.#stores.get(key)
    if (history === undefined) return undefined
    const acked = this.#acked.get(key)
    const newest = acked?.commit === history.last.commit
    const { rendered = null, folder = null } = acked ?? {}
    return { ...history, rendered, folder: newest ? folder : null }
  }

  /**
   * Stores that our commits declared but that `treeOf` lacks or shows in another state. Either the
   * folder is gone without a removal by us, or its manifests differ although no later commit
   * changed them, as after a merge that dropped our side.
   * @param treeOf current tree id of the manifests; `null`: no such folder
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
    const { outputDigest, action, storeTree: folder } = said
    const purged = action === 'purge'
    const rendered = renderedAfter(this.#acked.get(key)?.rendered, said)
    this.#acked.set(key, { team, name, commit: id, outputDigest, folder, rendered, purged })
  }

  /** Where a request landed, if that was in the last 25 hours. */
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

  /** Where a request with this idempotency key landed, if that was in the last 25 hours. */
  key(keyHash: string, nowMs: number): Landing | undefined {
    this.#prune(nowMs)
    const landing = this.#keys.get(keyHash)
    return landing !== undefined && nowMs - landing.atMs <= REMEMBER_MS ? landing : undefined
  }

  /** Stores deleted in the last 25 hours, oldest first. The returned list is immutable. */
  get departures(): readonly Departure[] {
    return this.#departures
  }

  /** When an admin last approved a mass deletion, milliseconds since the epoch. */
  get massDeleteApprovedAt(): number | null {
    return this.#approvedAt
  }

  #depart(team: string, name: string, atMs: number, nowMs: number): void {
    if (nowMs - atMs > REMEMBER_MS) return
    const recent = this.#departures.filter((each) => nowMs - each.atMs <= REMEMBER_MS)
    this.#departures = [...recent, { team, name, atMs }]
  }

  /** Removed stores by name. The returned map is immutable. */
  get vacated(): ReadonlyMap<string, Vacated> {
    this.#vacatedGiven = true
    return this.#vacated
  }

  /**
   * Reserves the name of a removed store for its team until that team uses it again. A folder that
   * another team pushes does not take over the name. Neither does its removal, unless a commit of
   * ours had declared that folder.
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

/** The rendered state of a store after one more commit of ours. */
function renderedAfter(
  before: Rendered | undefined,
  { outputDigest, generator, kept }: LoggedCommit['said'],
): Rendered {
  const trees = before?.trees ?? []
  const known = kept || outputDigest === null || trees.includes(outputDigest)
  return {
    trees: known ? trees : [...trees, outputDigest].slice(-MAX_TREES),
    generator: kept ? (before?.generator ?? null) : generator,
  }
}

/** Longest assumed time between the request and its commit, in milliseconds. */
const APPROVAL_MS = 3_600_000

/**
 * Milliseconds since the epoch in a ULID, whose first ten letters are base 32
 * (github.com/ulid/spec); Infinity for any other id. The request id is part of the proof, whereas a
 * copied commit can have any date.
 */
function requestedAt(requestId: string): number {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(requestId)) return Infinity
  return [...requestId.slice(0, 10)].reduce((ms, letter) => ms * 32 + ULID.indexOf(letter), 0)
}

const ULID = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * True if nothing is left of the store: it was removed after a purge, or an admin released the name
 * of a vanished store.
 */
function isGone({ action }: LoggedCommit['said']): boolean {
  return action === 'remove' || action === 'release'
}
