import { parentPort } from 'node:worker_threads'
import type { Answer, Order } from '../../src/threads/work.ts'

/** A worker that fails as the name of the store says, and returns the name for any other store. */
const say = (answer: Answer) => parentPort?.postMessage(answer)
const text = (words: string) => new TextEncoder().encode(words)

parentPort?.on('message', ({ store: { name } }: Order) => {
  if (name === 'exits') process.exit(3)
  if (name === 'throws') throw new RangeError('not caught')
  if (name === 'fills') fill()
  if (name === 'loops') for (;;);
  say({ is: 'done', result: new Map([['name', text(name)]]) })
})
say({ is: 'ready' })

function fill(): void {
  for (const kept: string[][] = []; ;) kept.push(Array.from({ length: 100_000 }, String))
}
