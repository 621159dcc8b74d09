import { once } from 'node:events'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { GitClient } from '../../../domain/git-client.ts'
import type { Log } from '../../../domain/ports.ts'
import { type ChildProcess, spawnServed } from '../process/plumbing.ts'
import { chunksOf, encodingOf } from './body.ts'
import type { Place, Places } from './places.ts'
import { withAdvice } from './push-advice.ts'
import { endOf, NO_CACHE, protocolOf, refuse, stop } from './reply.ts'
import { MAX_PUSH_BYTES, servedSettings } from './served-settings.ts'
import { takePlace } from './take-place.ts'

/** Bytes above the pack itself: the names of the refs and the flush in front of it. */
const COMMANDS_BYTES = 65_536
/** Bytes of git's answer to a push: a report of one line per ref, and what fsck found. */
const MAX_ANSWER_BYTES = 1_048_576
/** Milliseconds for one push, its transfer included. */
const PUSH_MS = 60_000

export interface PushOptions {
  readonly repositoryPath: string
  readonly branch: string
  readonly log: Log
}

/**
 * One push: streams the request to `git receive-pack` and returns its report. Git itself accepts fast-forwards of one branch
 * only (`served-settings.ts`) and compares the old value of the branch when it moves it, so a push that comes second to another
 * writer is refused whole.
 */
export async function receivePush(
  request: Request,
  options: PushOptions,
  places: Places,
  { peer, onPush }: GitClient,
): Promise<Response> {
  const encoding = encodingOf(request)
  if (request.headers.get('content-type') !== 'application/x-git-receive-pack-request') {
    return refuse(415, 'not a request of git push')
  }
  if (encoding === null) return refuse(415, 'only gzip is understood')
  if (Number(request.headers.get('content-length')) > MAX_BYTES) return tooLarge()
  const place = await takePlace(places, request, peer)
  if (place instanceof Response) return place
  try {
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
  // SIGKILL would leave the lock of the branch behind, and every later push would fail on it.
  const timer = setTimeout(stop, PUSH_MS, child, 'SIGTERM')
  try {
    const ended = endOf(child)
    const answer = collect(child)
    const fed = await feed(bodyOf(request, place, gzipped), child)
    if (fed !== 'whole') stop(child, 'SIGTERM')
    else child.stdin?.end()
    const { exitCode, said } = await ended
    if (fed === 'too large') return tooLarge()
    if (place.lost.aborted) return refuse(408, 'the push came too slowly')
    if (fed === 'damaged') return refuse(400, 'the body ended early or is damaged')
    const bytes = await answer
    if (bytes.length === 0 && exitCode !== 0) {
      log.warn('git refused a push', { detail: said })
      return refuse(400, 'not a push that git understands')
    }
    return new Response(new Uint8Array(withAdvice(bytes, branch)), {
      headers: { 'content-type': 'application/x-git-receive-pack-result', ...NO_CACHE },
    })
  } finally {
    clearTimeout(timer)
  }
}

/** Writes the body to git, at git's pace. A git that ends early is no error here: its report says why. */
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
      // When git has ended, the rest is read and dropped: a client that still sends does not read the answer.
      if (open && !stdin.write(chunk)) await Promise.race([once(stdin, 'drain'), closed])
    }
  } catch {
    return 'damaged'
  }
  return 'whole'
}

/** Ends with an error when the place is lost: git must not take what came so far for the whole. */
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
