/**
 * HMAC keys that the servers of one installation share. A proof shows that one of these servers
 * wrote a text. The keys are not in the repository, so a clone cannot create another proof.
 */
export interface KeyRing {
  /** Signs `text` with the first key. The proof is printable and has no white space. */
  sign(text: string): string
  /** Was `proof` made for `text` with any key of this ring? */
  verify(text: string, proof: string): boolean
}

/** The text of a commit that a proof covers. It has no commit ids, so a rebase or squash merge keeps the proof. */
export function provenText(reason: string | null, trailers: readonly string[]): string {
  return ['storewright commit v1', `Reason: ${reason ?? ''}`, ...trailers].join('\n')
}

/** Identifies a proven change. A proof counts only for the first commit that has it. */
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
