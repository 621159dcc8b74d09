import { expect, it } from 'vitest'
import { runStorectl } from './program.ts'

function terminal() {
  const said = { out: '', err: '' }
  return {
    said,
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    now: () => 0,
    server: undefined,
    summaryPath: undefined,
    serve: async () => {},
  }
}

it('knows each command once, and says what it does', async () => {
  const talk = terminal()
  expect(await runStorectl(['--help'], talk)).toBe(0)
  const listed = talk.said.out.slice(talk.said.out.indexOf('Commands:')).split('\n')
  const names = listed.flatMap((line) => /^ {2}([a-z-]+).* {2}\S/.exec(line)?.[1] ?? [])
  expect(names).toEqual(
    expect.arrayContaining(['create', 'check', 'render', 'codeowners', 'argocd', 'serve']),
  )
  expect(new Set(names).size).toBe(names.length)
})

it('renders a store or a clone, and never guesses which', async () => {
  const talk = terminal()
  expect(await runStorectl(['render'], talk)).toBe(2)
  expect(talk.said.err).toContain('--all')
})
