import { peerKey } from '../../../domain/git-client.ts'
import type { Place, Places } from './places.ts'
import { refuse } from './reply.ts'

/** Milliseconds that a request waits for a place. */
const WAIT_MS = 30_000
const RETRY = { 'retry-after': '5' }

/** A place for a request, or the error response. */
export async function takePlace(
  places: Places,
  request: Request,
  peer: string | null,
): Promise<Place | Response> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(WAIT_MS)])
  const taken = await places.take(peer === null ? null : peerKey(peer), signal)
  if (typeof taken === 'object') return taken
  const busy = 'Try again in 5 seconds.'
  if (taken === 'peer') {
    return refuse(429, `This address has too many requests to the repository. ${busy}`, RETRY)
  }
  return refuse(503, `Too many requests to the repository at once. ${busy}`, RETRY)
}
