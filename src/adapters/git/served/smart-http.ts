import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Log, PackServer } from '../../../domain/ports.ts'
import { killGroup, spawnUploadPack, type UploadPackOption } from '../process/plumbing.ts'
import { type Slots, slots } from './slots.ts'

type GitProcess = ReturnType<typeof spawnUploadPack>

const SERVICE = 'git-upload-pack'
/** Of a request, before and after gunzip: the haves and wants of a fetch, never a pack. */
const MAX_BODY_BYTES = 10 * 1024 * 1024
/** Packs made at once; the next one waits. A clone of a large fleet takes some 100 MB in git. */
const MAX_PROCESSES = 8
/** Requests that wait for a place, each with its body in memory; one more is told to come back. */
const MAX_WAITING = 64
/** Milliseconds in which neither git nor the client moves a byte. */
const STALL_MS = 60_000
const GZIP: ReadonlySet<string> = new Set(['gzip', 'x-gzip'])
/** As git-http-backend sends them: no proxy may keep an answer. */
const NO_CACHE = { 'cache-control': 'no-cache, max-age=0, must-revalidate', pragma: 'no-cache' }

export interface PackServerOptions {
  /** Bare repository, absolute. */
  readonly repositoryPath: string
  readonly log: Log
  /** @default 60000 */
  readonly stallMs?: number
}

/**
 * Git's smart HTTP protocol, read-only: versions 0, 1 and 2, full and shallow. There is no way to receive-pack here,
 * whatever is asked. Source: gitprotocol-http(5), gitprotocol-v2(5).
 */
export function servePacks(options: PackServerOptions): PackServer {
  const free = slots(MAX_PROCESSES, MAX_WAITING)
  return {
    async handle(request) {
      const { pathname, searchParams } = new URL(request.url)
      const post = request.method === 'POST'
      if (pathname.endsWith('/git-receive-pack')) return refuse(403, READ_ONLY)
      if (post && pathname.endsWith(`/${SERVICE}`)) return exchange(request, options, free)
      if (request.method !== 'GET' || !pathname.endsWith('/info/refs')) {
        return refuse(404, 'no such part of a Git repository')
      }
      const service = searchParams.get('service')
      if (service === SERVICE) return advertise(request, options, free)
      return refuse(403, service === null ? 'only the smart HTTP protocol is served' : READ_ONLY)
    },
  }
}

const READ_ONLY = 'this repository is served read-only'

/** A sentence: git prints the body of a refusal if it is plain text. */
function refuse(status: number, detail: string): Response {
  return new Response(`${detail}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...NO_CACHE },
  })
}

async function advertise(request: Request, options: PackServerOptions, free: Slots) {
  const child = await start(request, options, free, ['--http-backend-info-refs', '--strict'])
  if (child === null) return refuse(503, 'too many fetches at once; try again')
  child.stdin?.end()
  return answer(request, child, options, {
    type: `application/x-${SERVICE}-advertisement`,
    preface: Buffer.from(`001e# service=${SERVICE}\n0000`, 'latin1'),
    failed: 500,
  })
}

async function exchange(request: Request, options: PackServerOptions, free: Slots) {
  const type = request.headers.get('content-type')
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  if (type !== `application/x-${SERVICE}-request`) return refuse(415, 'not a request of git fetch')
  if (encoding !== 'identity' && !GZIP.has(encoding)) return refuse(415, 'only gzip is understood')
  const body = await readBody(request, GZIP.has(encoding))
  if (typeof body === 'number') {
    return refuse(body, body === 413 ? 'the request is larger than 10 MiB' : 'a damaged body')
  }
  const child = await start(request, options, free, ['--stateless-rpc', '--strict'])
  if (child === null) return refuse(503, 'too many fetches at once; try again')
  child.stdin?.end(body)
  return answer(request, child, options, { type: `application/x-${SERVICE}-result`, failed: 400 })
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
  { repositoryPath }: PackServerOptions,
  free: Slots,
  words: readonly UploadPackOption[],
): Promise<GitProcess | null> {
  if (!(await free.take(request.signal))) return null
  const child = spawnUploadPack(repositoryPath, words, protocolOf(request))
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

/** Kills git unless it has ended: its id may be another process by then. */
function stop(child: GitProcess): void {
  if (child.exitCode === null && child.signalCode === null) killGroup(child)
}

/** The one header of a client that reaches git. */
function protocolOf(request: Request): 'version=1' | 'version=2' | undefined {
  const asked = request.headers.get('git-protocol')
  return asked === 'version=1' || asked === 'version=2' ? asked : undefined
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
  child: GitProcess,
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
async function* outputOf(child: GitProcess, stallMs: number): AsyncGenerator<Uint8Array, void> {
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

/** Exit code (`null`: killed or never started) and the last words on stderr. Never rejects. */
function endOf(child: GitProcess): Promise<{ exitCode: number | null; said: string }> {
  let said = ''
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (text: string) => {
    said = (said + text).slice(-500)
  })
  return new Promise((resolve) => {
    child.once('error', (error) => {
      said += error.message
    })
    child.once('close', (exitCode) => resolve({ exitCode, said: said.trim() }))
  })
}
