import { type ServedOption, type ServedProgram, spawnServed } from '../process/git.ts'
import { FLUSH, pktLine } from '../process/pkt-line.ts'
import { answer, type AnswerOptions } from './answer.ts'
import { encodingOf, MAX_FETCH_BYTES, readFetch } from './body.ts'
import type { Place, Places } from './places.ts'
import { NO_CACHE, protocolOf, refuse, stop } from './reply.ts'
import { servedSettings } from './served-settings.ts'
import { takePlace } from './take-place.ts'
import { foreignWant, type ServedBranch, wantsOf } from './wants.ts'

const REFUSED = {
  400: 'the request body is incomplete or damaged',
  408: 'the client sent the request too slowly',
  413: 'the request is larger than 1 MiB',
} as const

export interface FetchOptions extends ServedBranch, AnswerOptions {}

export interface FetchPlaces {
  /** Requests with a short answer. */
  readonly talks: Places
  /** Requests for a pack, which are long and use memory in git. */
  readonly packs: Places
}

/** `GET info/refs`: advertises the branch and the capabilities of git. */
export async function advertise(
  request: Request,
  options: FetchOptions,
  { talks }: FetchPlaces,
  peer: string | null,
  program: ServedProgram,
): Promise<Response> {
  const place = await takePlace(talks, request, peer)
  if (place instanceof Response) return place
  const strict: readonly ServedOption[] = program === 'upload-pack' ? ['--strict'] : []
  const words = ['--http-backend-info-refs', ...strict] as const
  const child = start(request, options, place, program, words)
  child.stdin?.end()
  return answer(request, child, place, options, {
    type: `application/x-git-${program}-advertisement`,
    preface: Buffer.concat([pktLine(`# service=git-${program}\n`), FLUSH]),
    failed: 500,
  })
}

/**
 * `POST git-upload-pack`: one round of a fetch. The body is read only once the request has a place.
 */
export async function exchange(
  request: Request,
  options: FetchOptions,
  places: FetchPlaces,
  peer: string | null,
): Promise<Response> {
  const encoding = encodingOf(request)
  if (request.headers.get('content-type') !== 'application/x-git-upload-pack-request') {
    return refuse(415, 'the Content-Type is not that of git fetch')
  }
  if (encoding === null) return refuse(415, 'the Content-Encoding must be gzip or identity')
  if (Number(request.headers.get('content-length')) > MAX_FETCH_BYTES) {
    return refuse(413, REFUSED[413])
  }
  const talk = await takePlace(places.talks, request, peer)
  if (talk instanceof Response) return talk
  const judged = await judge(request, options, talk, encoding).catch((error: unknown) => {
    talk.give()
    throw error
  })
  if (judged.kind === 'talk') return respond(request, options, talk, judged.body)
  talk.give()
  if (judged.kind === 'refused') return judged.reply
  const place = await takePlace(places.packs, request, peer)
  if (place instanceof Response) return place
  return respond(request, options, place, judged.body)
}

type Judged =
  | { readonly kind: 'refused'; readonly reply: Response }
  | { readonly kind: 'talk' | 'pack'; readonly body: Buffer }

async function judge(
  request: Request,
  options: FetchOptions,
  place: Place,
  encoding: 'gzip' | 'identity',
): Promise<Judged> {
  const refused = (reply: Response) => ({ kind: 'refused', reply }) as const
  const body = await readFetch(request, place, encoding)
  if (typeof body === 'number') return refused(refuse(body, REFUSED[body]))
  const wants = wantsOf(body)
  if (wants === null) return refused(refuse(400, 'not a valid request of git fetch'))
  if (wants.size === 0) return { kind: 'talk', body }
  const foreign = await foreignWant(wants, options, request.signal)
  return foreign === null ? { kind: 'pack', body } : refused(notServed(foreign, options.branch))
}

/**
 * An error line, which git prints as `fatal: remote error: …`. Source: gitprotocol-pack(5), error
 * line.
 */
function notServed(id: string, branch: string): Response {
  const line = `ERR upload-pack: not our ref ${id}: only commits of ${branch} are served here`
  return new Response(new Uint8Array(pktLine(line)), {
    headers: { 'content-type': 'application/x-git-upload-pack-result', ...NO_CACHE },
  })
}

function respond(request: Request, options: FetchOptions, place: Place, body: Buffer) {
  const words = ['--stateless-rpc', '--strict'] as const
  const child = start(request, options, place, 'upload-pack', words)
  child.stdin?.end(body)
  return answer(request, child, place, options, {
    type: 'application/x-git-upload-pack-result',
    failed: 400,
  })
}

/** Starts git and frees the place when git ends. */
function start(
  request: Request,
  { repositoryPath, branch }: FetchOptions,
  place: Place,
  program: ServedProgram,
  words: readonly ServedOption[],
) {
  const protocol = protocolOf(request)
  const settings = servedSettings(branch)
  const child = spawnServed(program, words, { repositoryPath, branch, protocol, settings })
  const abort = () => stop(child)
  request.signal.addEventListener('abort', abort, { once: true })
  // Not `close`, which waits until the rest of the output is read.
  for (const event of ['exit', 'error']) {
    child.once(event, () => {
      place.give()
      request.signal.removeEventListener('abort', abort)
    })
  }
  // A process that ends early closes its stdin. The exit code carries the reason.
  child.stdin?.on('error', () => {})
  if (request.signal.aborted) abort()
  return child
}
