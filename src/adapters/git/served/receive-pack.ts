import { once } from 'node:events'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { GitClient } from '../../../domain/git-client.ts'
import type { Log } from '../../../domain/ports.ts'
import { type ChildProcess, spawnServed } from '../process/git.ts'
import type { PushHold } from '../process/push-hold.ts'
import { chunksOf, encodingOf } from './body.ts'
import type { Place, Places } from './places.ts'
import { withAdvice } from './push-advice.ts'
import { endOf, NO_CACHE, protocolOf, refuse, stop } from './reply.ts'
import { MAX_PUSH_BYTES, servedSettings } from './served-settings.ts'
import { takePlace } from './take-place.ts'

/** Limit of the ref commands and the flush before the pack, in bytes. */
const COMMANDS_BYTES = 65_536
/** Limit of git's answer to a push, in bytes: one line per ref and the findings of fsck. */
const MAX_ANSWER_BYTES = 1_048_576
/** Timeout of one push in milliseconds, transfer included. */
const PUSH_MS = 60_000

export interface PushOptions {
  readonly repositoryPath: string
  readonly branch: string
  readonly log: Log
  readonly hold: PushHold
}

/**
 * Handles one push: streams the request to `git receive-pack` and returns its report. Git accepts
 * only fast-forwards of the served branch (`served-settings.ts`) and compares the old value of the
 * branch, so a push that lost a race is rejected as a whole.
 */
export async function receivePush(
  request: Request,
  options: PushOptions,
  places: Places,
  { peer, onPush }: GitClient,
): Promise<Response> {
  const encoding = encodingOf(request)
  if (request.headers.get('content-type') !== 'application/x-git-receive-pack-request') {
    return refuse(415, 'the Content-Type is not that of git push')
  }
  if (encoding === null) return refuse(415, 'the Content-Encoding must be gzip or identity')
  if (Number(request.headers.get('content-length')) > MAX_BYTES) return tooLarge()
  const place = await takePlace(places, request, peer)
  if (place instanceof Response) return place
  try {
    await options.hold.over()
    return await runPush(request, options, place, encoding === 'gzip')
  } finally {
    place.give()
    onPush?.()
  }
}

const MAX_BYTES = MAX_PUSH_BYTES + COMMANDS_BYTES

function tooLarge(): Response {
  return refuse(413, 'the push is larger than 32 MiB; split it into several')
}

async function runPush(request: Request, options: PushOptions, place: Place, gzipped: boolean) {
  const { repositoryPath, branch, log } = options
  const child = spawnServed('receive-pack', ['--stateless-rpc'], {
    repositoryPath,
    branch,
    protocol: protocolOf(request),
    settings: servedSettings(branch),
  })
  // SIGKILL would leave the branch lock behind, and every later push would fail on it.
  const timer = setTimeout(stop, PUSH_MS, child, 'SIGTERM')
  try {
    const ended = endOf(child)
    const answer = collect(child)
    const fed = await feed(bodyOf(request, place, gzipped), child)
    if (fed !== 'whole') stop(child, 'SIGTERM')
    else child.stdin?.end()
    const { exitCode, said } = await ended
    if (fed === 'too large') return tooLarge()
    if (place.lost.aborted) return refuse(408, 'the client sent the push too slowly')
    if (fed === 'damaged') return refuse(400, 'the request body is incomplete or damaged')
    const bytes = await answer
    if (bytes.length === 0 && exitCode !== 0) {
      log.warn('git could not parse a push', { detail: said })
      return refuse(400, 'git cannot parse this push')
    }
    return new Response(new Uint8Array(withAdvice(bytes, branch)), {
      headers: { 'content-type': 'application/x-git-receive-pack-result', ...NO_CACHE },
    })
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Writes the body to git at the speed of git. If git ends early, its report contains the reason.
 */
async function feed(
  body: AsyncIterable<Uint8Array>,
  { stdin }: ChildProcess,
): Promise<'whole' | 'too large' | 'damaged'> {
  if (stdin === null) return 'damaged'
  let open = true
  const closed = new Promise<void>((resolve) => {
    const end = () => {
      open = false
      resolve()
    }
    stdin.on('error', end).on('close', end)
  })
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > MAX_BYTES) return 'too large'
      // After git has ended, the rest is read and discarded, because a client that is still sending
      // does not read the answer.
      if (open && !stdin.write(chunk)) await Promise.race([once(stdin, 'drain'), closed])
    }
  } catch {
    return 'damaged'
  }
  return 'whole'
}

/**
 * The request body, decompressed. Fails if the place is lost, so that git does not take a partial
 * body as complete.
 */
async function* bodyOf(
  request: Request,
  place: Place,
  gzipped: boolean,
): AsyncGenerator<Uint8Array, void> {
  const chunks = chunksOf(request, place)
  if (!gzipped) {
    yield* chunks
  } else {
    const source = Readable.from(chunks)
    const gunzip = createGunzip()
    source.on('error', (error) => gunzip.destroy(error))
    yield* source.pipe(gunzip)
  }
  place.lost.throwIfAborted()
}

async function collect(child: ChildProcess): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of child.stdout ?? []) {
    size += (chunk as Buffer).length
    if (size <= MAX_ANSWER_BYTES) chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}
