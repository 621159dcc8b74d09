import { describe, expect, it } from 'vitest'
import { memoryLog } from '../testing/writes.ts'
import { openPositions } from './positions.ts'

const A = 'a'.repeat(40)
const B = 'b'.repeat(40)
const text = (to: string) => JSON.stringify({ after: A, to, sent: null })

function place(start: string | null) {
  const state = { text: start, fails: false, writes: 0 }
  const check = () => {
    if (state.fails) throw new Error('no answer')
  }
  return {
    state,
    async read() {
      check()
      return state.text
    },
    async write(given: string) {
      check()
      state.text = given
      state.writes += 1
    },
  }
}

describe('the position', () => {
  it.each([
    ['absent', null],
    ['no JSON', '{"after'],
    ['not an object', '7'],
    ['without a commit', '{"after":"x","to":"y","sent":null}'],
    ['a word instead of a commit', text('--upload-pack=x')],
  ])('in a file that is %s is none', async (_what, given) => {
    const log = memoryLog()
    const positions = openPositions({ file: place(given), shared: null, log })
    expect(await positions.read()).toBeNull()
    expect(log.lines.length).toBe(given === null ? 0 : 1)
  })

  it('of all servers counts before that of the file, which keeps a copy', async () => {
    const file = place(text(A))
    const shared = place(text(B))
    const positions = openPositions({ file, shared, log: memoryLog() })
    expect(await positions.read()).toMatchObject({ to: B })
    expect(await positions.read()).toMatchObject({ to: B })
    expect([file.state.text, file.state.writes]).toEqual([text(B), 1])
    shared.state.text = null
    expect(await positions.read()).toMatchObject({ to: B })
  })

  it('is neither read nor written while the shared place does not answer', async () => {
    const file = place(text(A))
    const shared = place(text(B))
    shared.state.fails = true
    const positions = openPositions({ file, shared, log: memoryLog() })
    await expect(positions.read()).rejects.toThrow('no answer')
    const next = { after: B, to: B, sent: null }
    await expect(positions.write(next)).rejects.toThrow('no answer')
    expect(file.state.text).toBe(text(A))
  })
})
