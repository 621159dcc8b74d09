import type { Landed } from '../domain/ports.ts'

/**
 * `Server-Timing` of a write: how long it took in all, and how long it was held back because the Git host takes only
 * so many pushes a minute. Source: W3C Server Timing, durations in milliseconds.
 */
export function serverTiming({ timing }: Landed): string {
  const part = (name: string, milliseconds: number) => `${name};dur=${milliseconds.toFixed(1)}`
  return [part('write', timing.totalMs), part('pace', timing.pacedMs)].join(', ')
}
