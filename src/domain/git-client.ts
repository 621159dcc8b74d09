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
  const groups = groupsOf(head)
  const last = groupsOf(tail ?? '')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - last.length)
  const zeros = Array.from({ length: missing }, () => '0')
  return [...groups, ...zeros, ...last].slice(0, 4).join(':')
}

function groupsOf(part: string): readonly string[] {
  return part === '' ? [] : part.split(':')
}
