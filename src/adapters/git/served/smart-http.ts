import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { GIT_PATH, type GitClient } from '../../../domain/git-client.ts'
import type { Log, PackServer } from '../../../domain/ports.ts'
import {
  type ChildProcess,
  type ServedOption,
  type ServedProgram,
  spawnServed,
} from '../process/plumbing.ts'
import { FLUSH, pktLine } from '../process/pkt-line.ts'
import { receivePush } from './receive-pack.ts'
import { endOf, NO_CACHE, protocolOf, refuse, stop } from './reply.ts'
import { servedSettings } from './served-settings.ts'
import { type Slots, slots } from './slots.ts'
import { foreignWant, wantsOf } from './wants.ts'

/** Of a request, before and after gunzip: the haves and wants of a fetch, never a pack. */
const MAX_BODY_BYTES = 10 * 1024 * 1024
/** Packs made at once; the next one waits. A clone of a large fleet takes some 100 MB in git. */
const MAX_PROCESSES = 8
/** Requests that wait for a place, each with its body in memory; one more is told to come back. */
const MAX_WAITING = 64
/** Milliseconds in which neither git nor the client moves a byte. */
const STALL_MS = 60_000
const GZIP: ReadonlySet<string> = new Set(['gzip', 'x-gzip'])
/** Pushes at once: they take turns at the branch anyway. */
const MAX_PUSHES = 2
const MAX_WAITING_PUSHES = 16

export interface PackServerOptions {
  /** Bare repository, absolute. */
  readonly repositoryPath: string
  /** Short name of the one branch that is served. */
  readonly branch: string
  readonly log: Log
  /** @default 60000 */
  readonly stallMs?: number
}

interface Places {
  readonly fetches: Slots
  readonly pushes: Slots
}

const NOBODY: GitClient = { peer: null, onPush: null }

/**
 * Git's smart HTTP protocol: fetches by versions 0, 1 and 2, full and shallow, and pushes where the client may push.
 * Source: gitprotocol-http(5), gitprotocol-v2(5).
 */
export function servePacks(options: PackServerOptions): PackServer {
  const places = {
    fetches: slots(MAX_PROCESSES, MAX_WAITING),
    pushes: slots(MAX_PUSHES, MAX_WAITING_PUSHES),
  }
  return {
    async handle(request, client = NOBODY) {
      const { pathname, searchParams } = new URL(request.url)
      switch (`${request.method} ${pathname}`) {
        case `GET ${GIT_PATH}/info/refs`:
          return discover(request, options, places, client, searchParams.get('service'))
        case `POST ${GIT_PATH}/git-upload-pack`:
          return isBrowser(request) ? refuse(403, FOREIGN) : exchange(request, options, places)
        case `POST ${GIT_PATH}/git-receive-pack`:
          if (client.onPush === null) return refuse(403, READ_ONLY)
          if (isBrowser(request)) return refuse(403, FOREIGN)
          return receivePush(request, options, places.pushes, client)
        default:
          return refuse(404, 'no such part of a Git repository')
      }
    },
  }
}

const READ_ONLY =
  'This address is read-only. Push to the address that the server prints when it starts, on the machine of the server, or make the change with storectl.'
const FOREIGN = 'Requests of web pages are not accepted here. Use git.'

/** Git sends neither header; browsers send at least one with every POST, and pages cannot remove them. */
function isBrowser({ headers }: Request): boolean {
  return headers.has('origin') || headers.has('sec-fetch-site')
}

async function discover(
  request: Request,
  options: PackServerOptions,
  places: Places,
  client: GitClient,
  service: string | null,
): Promise<Response> {
  switch (service) {
    case 'git-upload-pack':
      return advertise(request, options, places, 'upload-pack')
    case 'git-receive-pack':
      if (client.onPush === null) return refuse(403, READ_ONLY)
      if (isBrowser(request)) return refuse(403, FOREIGN)
      return advertise(request, options, places, 'receive-pack')
    case null:
      return refuse(403, 'only the smart HTTP protocol is served')
    default:
      return refuse(403, 'only git-upload-pack and git-receive-pack are served')
  }
}

async function advertise(
  request: Request,
  options: PackServerOptions,
  { fetches }: Places,
  program: ServedProgram,
) {
  const strict: readonly ServedOption[] = program === 'upload-pack' ? ['--strict'] : []
  const words = ['--http-backend-info-refs', ...strict] as const
  const child = await start(request, options, fetches, program, words)
  if (child === null) return refuse(503, 'too many fetches at once; try again')
  child.stdin?.end()
  const line = `# service=git-${program}\n`
  return answer(request, child, options, {
    type: `application/x-git-${program}-advertisement`,
    preface: Buffer.concat([pktLine(line), FLUSH]),
    failed: 500,
  })
}

async function exchange(request: Request, options: PackServerOptions, { fetches }: Places) {
  const type = request.headers.get('content-type')
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  if (type !== 'application/x-git-upload-pack-request') {
    return refuse(415, 'not a request of git fetch')
  }
  if (encoding !== 'identity' && !GZIP.has(encoding)) return refuse(415, 'only gzip is understood')
  const body = await readBody(request, GZIP.has(encoding))
  if (typeof body === 'number') {
    return refuse(body, body === 413 ? 'the request is larger than 10 MiB' : 'a damaged body')
  }
  const wants = wantsOf(body)
  if (wants === null) return refuse(400, 'not a request of git fetch')
  const foreign = await foreignWant(wants, options, request.signal)
  if (foreign !== null) return notServed(foreign, options.branch)
  const words = ['--stateless-rpc', '--strict'] as const
  const child = await start(request, options, fetches, 'upload-pack', words)
  if (child === null) return refuse(503, 'too many fetches at once; try again')
  child.stdin?.end(body)
  return answer(request, child, options, {
    type: 'application/x-git-upload-pack-result',
    failed: 400,
  })
}

/** Git prints `fatal: remote error: …`. Source: gitprotocol-pack(5), error line. */
function notServed(id: string, branch: string): Response {
  const line = `ERR upload-pack: not our ref ${id}: only commits of ${branch} are served here`
  return new Response(new Uint8Array(pktLine(line)), {
    headers: { 'content-type': 'application/x-git-upload-pack-result', ...NO_CACHE },
  })
}

/**
 * The whole request, or the status that refuses it. It is read before git starts, so that a slow client holds no
 * process and a refusal is still a status.
 */
async function readBody(request: Request, gzipped: boolean): Promise<Buffer | 400 | 413> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length
      if (size > MAX_BODY_BYTES) return 413
      chunks.push(chunk)
    }
  } catch {
    return 400 // the client went away
  }
  const body = Buffer.concat(chunks)
  if (!gzipped) return body
  try {
    return await promisify(gunzip)(body, { maxOutputLength: MAX_BODY_BYTES })
  } catch (error) {
    const tooLarge = error instanceof RangeError && 'code' in error
    return tooLarge ? 413 : 400
  }
}

/** Waits for a free place and starts git; `null` when the line is full or the client left. */
async function start(
  request: Request,
  { repositoryPath, branch }: PackServerOptions,
  free: Slots,
  program: ServedProgram,
  words: readonly ServedOption[],
): Promise<ChildProcess | null> {
  if (!(await free.take(request.signal))) return null
  const protocol = protocolOf(request)
  const settings = servedSettings(branch)
  const child = spawnServed(program, words, { repositoryPath, branch, protocol, settings })
  const abort = () => stop(child)
  request.signal.addEventListener('abort', abort, { once: true })
  let held = true
  // Not `close`: that waits for a reader to take what is left of the output.
  for (const event of ['exit', 'error']) {
    child.once(event, () => {
      if (held) free.give()
      held = false
      request.signal.removeEventListener('abort', abort)
    })
  }
  // A process that ends early closes its stdin; its exit code tells why.
  child.stdin?.on('error', () => {})
  if (request.signal.aborted) abort()
  return child
}

interface Answer {
  readonly type: string
  readonly preface?: Uint8Array
  /** Status when git ends with an error before its first byte: a request it does not understand, or our fault. */
  readonly failed: 400 | 500
}

/** Streams what git says. The status waits for its first byte, so that a git that cannot even start is an error. */
async function answer(
  request: Request,
  child: ChildProcess,
  options: PackServerOptions,
  reply: Answer,
) {
  const output = outputOf(child, options.stallMs ?? STALL_MS)
  const ready: Uint8Array[] = reply.preface === undefined ? [] : [reply.preface]
  try {
    const first = await output.next()
    if (first.done !== true) ready.push(first.value)
  } catch (error) {
    if (reply.failed === 400) return refuse(400, 'not a request that git understands')
    options.log.error('git cannot read the repository', { err: error })
    return refuse(500, 'the repository cannot be read')
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = ready.shift() ?? (await output.next()).value
          if (chunk === undefined) controller.close()
          else controller.enqueue(chunk)
        } catch (error) {
          // Nobody is left to tell; an error would only reach the server's log.
          if (request.signal.aborted) controller.close()
          else controller.error(error)
        }
      },
      async cancel() {
        stop(child)
        child.stdout?.destroy()
        await output.return()
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { 'content-type': reply.type, ...NO_CACHE } })
}

/**
 * What git writes, at the pace of the reader.
 * @throws Error git failed, or neither side moved for `stallMs`: the client sees a broken transfer, not a short one
 */
async function* outputOf(child: ChildProcess, stallMs: number): AsyncGenerator<Uint8Array, void> {
  const ended = endOf(child)
  let timer = setTimeout(stop, stallMs, child)
  try {
    for await (const chunk of child.stdout ?? []) {
      yield chunk as Buffer
      clearTimeout(timer)
      timer = setTimeout(stop, stallMs, child)
    }
    const { exitCode, said } = await ended
    if (exitCode !== 0) throw new Error(`git upload-pack ended with ${exitCode}: ${said}`)
  } finally {
    clearTimeout(timer)
  }
}
