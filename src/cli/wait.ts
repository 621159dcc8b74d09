import type { Store } from '../contract/store.ts'
import { sleep } from '../domain/sleep.ts'
import type { Client } from './client.ts'
import { Failure } from './exit.ts'
import { printable } from './printable.ts'

export const goals = ['Ready', 'Deleted', 'Suspended'] as const
export type Goal = (typeof goals)[number]

/**
 * Polls once a second until the store reaches the goal. `say` receives each new phase.
 * @throws Failure 5 after `timeoutMs`, 6 if the store ends Degraded or Failed, 3 if there is no
 * such store
 */
export async function waitFor(
  client: Client,
  name: string,
  goal: Goal,
  timeoutMs: number,
  say: (line: string) => void,
): Promise<Store> {
  const deadline = performance.now() + timeoutMs
  let said = ''
  for (;;) {
    const store = await client.call('getStore', { name })
    const line = printable(`${store.phase} (${store.reason}): ${store.message}`)
    if (line !== said) say(line)
    said = line
    if (reached(store, goal)) return store
    if (store.phase === 'Degraded' || store.phase === 'Failed')
      throw new Failure(6, `${name} is ${line}`)
    if (performance.now() > deadline) {
      throw new Failure(5, `${name} is not ${goal} after ${timeoutMs / 1000} s: ${line}`)
    }
    await sleep(1000)
  }
}

function reached(store: Store, goal: Goal): boolean {
  switch (goal) {
    case 'Ready':
      return store.phase === 'Ready'
    case 'Deleted':
      return store.phase === 'SoftDeleted' || store.phase === 'Deleted'
    case 'Suspended':
      return store.phase === 'Suspended'
  }
}

/** Parses a Go duration such as `90s`, `5m` or `1m30s`. @throws Failure 2 */
export function durationMs(text: string): number {
  if (!/^(?:[0-9]+[smh])+$/.test(text))
    throw new Failure(2, `${text} is not a duration such as 90s or 5m`)
  const units = { s: 1000, m: 60_000, h: 3_600_000 } as const
  let total = 0
  for (const [, amount, unit] of text.matchAll(/([0-9]+)([smh])/g)) {
    total += Number(amount) * units[unit as keyof typeof units]
  }
  return total
}
