/**
 * Keys that the servers of one installation share. Each key proves that one of them wrote a text: an HMAC, so a clone of the
 * repository holds nothing that makes another proof.
 */
export interface KeyRing {
  /** Proof over `text` by the first key: printable, without white space. */
  sign(text: string): string
  /** Was `proof` made over `text` by a key of this ring? */
  verify(text: string, proof: string): boolean
}

/** What {@link KeyRing} covers of a commit. Neither parent nor commit id, so a rebase or a squash merge keeps the proof. */
export function provenText(reason: string | null, trailers: readonly string[]): string {
  return ['storewright commit v1', `Reason: ${reason ?? ''}`, ...trailers].join('\n')
}

/** Identifies what a proof stands for: it counts for the first commit that bears it. */
export interface Proven {
  readonly requestId: string
  readonly team: string
  readonly store: string
  /** Tree id of the store's folder after the commit, or {@link NO_FOLDER}. */
  readonly tree: string
}

export const NO_FOLDER = 'none'

export function provenKey({ requestId, team, store, tree }: Proven): string {
  return `${requestId} ${team}/${store} ${tree}`
}
