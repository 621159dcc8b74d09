import type { Platform } from '../contract/platform-file.ts'
import { GENERATOR } from '../contract/version.ts'
import { StoreError } from '../domain/errors.ts'
import { isModified, type Snapshot, type StoreRecord } from '../domain/snapshot.ts'
import { inputDigest } from '../operations/rendering/input-digest.ts'

/** Tracks which stores are up to date, because no input of their files changed since the last look. */
export interface UpToDate {
  /** Records of `at` that need a look. */
  open(at: Snapshot): StoreRecord[]
  /** Notes the result of a look. @returns false if the same result was noted before */
  add(record: StoreRecord, platform: Platform, refused: boolean): boolean
  /**
   * Does a changed platform.yaml leave the files of this store unchanged? Compares input digests,
   * which is far cheaper than a render. If so, the store is up to date for this platform.yaml too.
   */
  isUpToDate(record: StoreRecord, platform: Platform): boolean
  /**
   * The same for a store that this process has not looked at, if its newest commit is ours and of
   * this generator.
   * @param made platform.yaml at that commit
   */
  wasUpToDateAtStart(record: StoreRecord, made: Platform, platform: Platform): boolean
  /** Was it never looked at, so that only {@link wasUpToDateAtStart} can decide? */
  isNew(record: StoreRecord): boolean
  /** Call this when a pass over all of `at` has ended. */
  passFinished(at: Pick<Snapshot, 'platform' | 'stores'>): void
  /** Opens refused stores again, because they may depend on other stores. */
  retry(): void
}

interface Seen {
  readonly platform: Platform
  readonly intentBlob: string
  readonly manifestsTree: string
  readonly app: StoreRecord['app']
  readonly unsigned: boolean
  readonly refused: boolean
  again: boolean
}

/** Kept in memory. After a start, the newest commit of each store in Git replaces it. */
export function trackUpToDate(): UpToDate {
  const seen = new Map<string, Seen>()
  let passedPlatform: Platform | null = null

  const isKnown = (record: StoreRecord, platform: Platform) => {
    const known = seen.get(record.name)
    if (known !== undefined && !known.again && isState(known, record, platform)) return true
    // Our own commit, made with the platform of the last pass, equals a new render.
    return isOurs(record) && platform === passedPlatform && known?.refused !== true
  }
  const remember = (record: StoreRecord, platform: Platform, refused: boolean) => {
    const { intentBlob, manifestsTree, app, unsigned = false } = record
    const state = { platform, intentBlob, manifestsTree, app, unsigned }
    seen.set(record.name, { ...state, refused, again: false })
  }
  return {
    open: ({ stores, platform }) =>
      [...stores.values()].filter((record) => !isKnown(record, platform)),
    add(record, platform, refused) {
      const known = seen.get(record.name)
      remember(record, platform, refused)
      return known === undefined || !isState(known, record, platform) || known.refused !== refused
    },
    isUpToDate(record, platform) {
      const known = seen.get(record.name)
      const former = known?.platform ?? passedPlatform
      if (former === null || known?.again === true || known?.refused === true) return false
      if (!isKnown(record, former) || isModified(record)) return false
      if (!isSameInput(record, former, platform)) return false
      remember(record, platform, false)
      return true
    },
    wasUpToDateAtStart(record, made, platform) {
      if (!isOurs(record) || record.app?.generator !== GENERATOR) return false
      if (made !== platform && !isSameInput(record, made, platform)) return false
      remember(record, platform, false)
      return true
    },
    isNew: (record) => isOurs(record) && !seen.has(record.name),
    passFinished(at) {
      passedPlatform = at.platform
      for (const name of seen.keys()) if (!at.stores.has(name)) seen.delete(name)
    },
    retry() {
      for (const known of seen.values()) if (known.refused) known.again = true
    },
  }
}

/** Do its files come from a render of ours? */
function isOurs(record: StoreRecord): boolean {
  return record.last.requestId !== null && record.app !== null && !isModified(record)
}

/** False also if the committed files are needed to decide, as for sealed secrets, or if the intent does not fit. */
function isSameInput({ intent }: StoreRecord, one: Platform, other: Platform): boolean {
  if (intent === null || intent.secretsMode === 'sealed') return false
  try {
    return inputDigest(intent, one) === inputDigest(intent, other)
  } catch (error) {
    if (error instanceof StoreError) return false
    throw error
  }
}

function isState(known: Seen, record: StoreRecord, platform: Platform): boolean {
  return (
    known.platform === platform &&
    known.intentBlob === record.intentBlob &&
    known.manifestsTree === record.manifestsTree &&
    known.app === record.app &&
    known.unsigned === (record.unsigned === true)
  )
}
