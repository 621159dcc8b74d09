import type { Landed } from '../domain/ports.ts'

/**
 * `Server-Timing` of a write: its total duration, and the part spent waiting for the push rate
 * limit of the Git host. Source: W3C Server Timing, durations in milliseconds.
 */
export function serverTiming({ timing }: Landed): string {
  const part = (name: string, milliseconds: number) => `${name};dur=${milliseconds.toFixed(1)}`
  return [part('write', timing.totalMs), part('pace', timing.pacedMs)].join(', ')
}
