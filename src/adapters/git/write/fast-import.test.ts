import { expect, it } from 'vitest'
import { createChange } from '../../../testing/writes.ts'
import { commitInput } from './fast-import.ts'

const author = { name: 'storewright', email: 'storewright@localhost' }
const base = 'b'.repeat(40)
const tree = 'a'.repeat(40)

const streamOf = (known: string | null) =>
  commitInput(
    'refs/storewright/tx/1',
    base,
    { change: createChange('acme', 'shop-1'), message: 'm\n', tree: known },
    1,
    author,
    1,
  ).toString('utf8')

it('sends the files of a folder whose tree git does not have', () => {
  expect(streamOf(null)).toContain('M 100644 inline stores/acme/shop-1/store.yaml\ndata ')
})

it('refers to the tree of a folder that git has and sends no files', () => {
  const stream = streamOf(tree)
  expect(stream).toContain(`D stores/acme/shop-1\nM 040000 ${tree} stores/acme/shop-1\n`)
  expect(stream).not.toContain('inline')
  expect(stream.match(/^data /gm)).toHaveLength(1)
})
