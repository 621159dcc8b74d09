import type { ChildProcess } from '../process/git.ts'
import { killGroup } from '../process/git.ts'

/** Headers of git-http-backend that forbid proxies to cache a response. */
export const NO_CACHE = {
  'cache-control': 'no-cache, max-age=0, must-revalidate',
  pragma: 'no-cache',
}

/**
 * An error response. `detail` is a sentence, because git prints the plain text body of a refused
 * `info/refs`.
 */
export function refuse(
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${detail}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...NO_CACHE, ...headers },
  })
}

/** Kills git unless it has ended, because its process id may have been reused. */
export function stop(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
  if (child.exitCode === null && child.signalCode === null) killGroup(child, signal)
}

/** The only client header that is passed to git. */
export function protocolOf(request: Request): 'version=1' | 'version=2' | undefined {
  const asked = request.headers.get('git-protocol')
  return asked === 'version=1' || asked === 'version=2' ? asked : undefined
}

/**
 * Exit code (`null`: killed or never started) and the last 500 characters of stderr. Never rejects.
 */
export function endOf(child: ChildProcess): Promise<{ exitCode: number | null; said: string }> {
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
