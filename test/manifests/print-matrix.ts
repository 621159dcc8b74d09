import { createHash } from 'node:crypto'
import { pairwise, variant } from './matrix.ts'
import { textOf } from './rendered.ts'

// Prints one digest over every file of the matrix, to compare processes with different environments.
const hash = createHash('sha256')
const variants = pairwise().map(variant)
for (const { store, platform, sealed } of variants) {
  for (const [path, text] of textOf(store, platform, sealed)) hash.update(`${path}\0${text}\0`)
}
process.stdout.write(`${variants.length} renders ${hash.digest('hex')}\n`)
