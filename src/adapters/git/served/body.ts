import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Place } from './places.ts'

/** Limit of a fetch request, before and after gunzip. It holds haves and wants, never a pack. */
export const MAX_FETCH_BYTES = 1024 * 1024
const GZIP: ReadonlySet<string> = new Set(['gzip', 'x-gzip'])

/** Encoding of a request body; `null`: not supported. */
export function encodingOf({ headers }: Request): 'gzip' | 'identity' | null {
  const encoding = headers.get('content-encoding') ?? 'identity'
  if (GZIP.has(encoding)) return 'gzip'
  return encoding === 'identity' ? 'identity' : null
}

/**
 * Reads a body chunk by chunk. The time between chunks counts against the client.
 * @returns chunks; ends early if the place is lost
 * @throws Error the client disconnected
 */
export async function* chunksOf(request: Request, place: Place): AsyncGenerator<Uint8Array, void> {
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader()
  if (reader === undefined) return
  const lost = new Promise<null>((resolve) => {
    place.lost.addEventListener('abort', () => resolve(null), { once: true })
  })
  let finished = false
  try {
    for (;;) {
      place.wait()
      const step = await Promise.race([reader.read(), lost])
      place.moved(step?.value?.length ?? 0)
      if (step === null) return
      if (step.value === undefined) {
        finished = true
        return
      }
      yield step.value
    }
  } finally {
    if (!finished) await reader.cancel().catch(() => undefined)
  }
}

/**
 * The whole body of a fetch, or the status that refuses it. It is read before git starts, so a
 * refusal can still set the status.
 */
export async function readFetch(
  request: Request,
  place: Place,
  encoding: 'gzip' | 'identity',
): Promise<Buffer | 400 | 408 | 413> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of chunksOf(request, place)) {
      size += chunk.length
      if (size > MAX_FETCH_BYTES) return 413
      chunks.push(chunk)
    }
  } catch {
    return 400
  }
  if (place.lost.aborted) return 408
  const body = Buffer.concat(chunks)
  if (encoding === 'identity') return body
  try {
    return await promisify(gunzip)(body, { maxOutputLength: MAX_FETCH_BYTES })
  } catch (error) {
    const tooLarge = error instanceof RangeError && 'code' in error
    return tooLarge ? 413 : 400
  }
}
