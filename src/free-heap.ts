import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (how: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void

/**
 * Gives the memory that loading a large fleet left behind back to the system. V8 collects when something allocates, and
 * hands pages back later still, while an idle server allocates next to nothing: at 10,000 stores half of it was free heap.
 * Holds the thread for some 50 ms at that size: once before the first request, and once more after the reconciler's first
 * look at every store, which leaves as much behind.
 * Source: v8 src/extensions/gc-extension.cc, flavor `last-resort` (13.6, Node 24).
 */
export function freeHeap(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as Collect
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
