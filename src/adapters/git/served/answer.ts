import type { Log } from '../../../domain/ports.ts'
import type { ChildProcess } from '../process/git.ts'
import type { Place } from './places.ts'
import { endOf, NO_CACHE, refuse, stop } from './reply.ts'

export interface Answer {
  readonly type: string
  readonly preface?: Uint8Array
  /**
   * Status if git fails before its first byte: 400 for an invalid request, 500 for a fault of the
   * server.
   */
  readonly failed: 400 | 500
}

export interface AnswerOptions {
  readonly log: Log
  /**
   * Milliseconds without output after which git is killed. It sends a keepalive every 5 s
   * (git-config(1), `uploadpack.keepAlive`).
   */
  readonly stallMs: number
}

/**
 * Streams the output of git at the speed of the client. The status is sent after git's first byte,
 * so a failure to start is reported as an error status. A client that loses its place gets a broken
 * transfer, never a truncated one that looks complete.
 */
export async function answer(
  request: Request,
  child: ChildProcess,
  place: Place,
  options: AnswerOptions,
  reply: Answer,
): Promise<Response> {
  const output = outputOf(child, options.stallMs)
  const ready: Uint8Array[] = reply.preface === undefined ? [] : [reply.preface]
  try {
    const first = await output.next()
    if (first.done !== true) ready.push(first.value)
  } catch (error) {
    if (reply.failed === 400) return refuse(400, 'git cannot parse this request')
    options.log.error('git cannot read the repository', { err: error })
    return refuse(500, 'the repository cannot be read')
  }
  let given = 0
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const end = () => {
          options.log.info('ended a fetch because its client reads too slowly')
          stop(child)
          child.stdout?.destroy()
          controller.error(new Error('git upload-pack ended: the client reads too slowly'))
        }
        place.lost.addEventListener('abort', end, { once: true })
        if (place.lost.aborted) end()
      },
      async pull(controller) {
        place.moved(given)
        try {
          const chunk = ready.shift() ?? (await output.next()).value
          if (chunk === undefined) return controller.close()
          controller.enqueue(chunk)
          given = chunk.length
          place.wait()
        } catch (error) {
          // The client is gone, so an error would only appear in the server's log.
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
  place.wait()
  return new Response(body, { headers: { 'content-type': reply.type, ...NO_CACHE } })
}

/**
 * The output of git.
 * @throws Error git failed, or wrote nothing for `stallMs`
 */
async function* outputOf(child: ChildProcess, stallMs: number): AsyncGenerator<Uint8Array, void> {
  const ended = endOf(child)
  let timer = setTimeout(stop, stallMs, child)
  try {
    for await (const chunk of child.stdout ?? []) {
      clearTimeout(timer)
      yield chunk as Buffer
      timer = setTimeout(stop, stallMs, child)
    }
    const { exitCode, said } = await ended
    if (exitCode !== 0) throw new Error(`git upload-pack ended with ${exitCode}: ${said}`)
  } finally {
    clearTimeout(timer)
  }
}
