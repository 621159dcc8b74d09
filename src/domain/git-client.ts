/** Path of the embedded stores repo on every listener that serves it. */
export const GIT_PATH = '/git/stores.git'

/** The sender of a request to the embedded stores repo. */
export interface GitClient {
  /** Address of the connection; `null` if unknown. */
  readonly peer: string | null
  /** Called after each push that Git has processed; `null` refuses pushes. */
  readonly onPush: (() => void) | null
}

/**
 * Key that per-client limits count by. An IPv6 client has a whole /64. Source: RFC 6177 section 2.
 * @param peer address of a connection, without a zone
 */
export function peerKey(peer: string): string {
  if (!peer.includes(':')) return peer
  const [head = '', tail] = peer.split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0')]
    .slice(0, 4)
    .join(':')
}
