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

it('lists each command once, with a description', async () => {
  const talk = terminal()
  expect(await runStorectl(['--help'], talk)).toBe(0)
  const listed = talk.said.out.slice(talk.said.out.indexOf('Commands:')).split('\n')
  const names = listed.flatMap((line) => /^ {2}([a-z-]+).* {2}\S/.exec(line)?.[1] ?? [])
  expect(names).toEqual(
    expect.arrayContaining(['create', 'check', 'render', 'codeowners', 'argocd', 'serve']),
  )
  expect(new Set(names).size).toBe(names.length)
})

it('render requires a store or --all', async () => {
  const talk = terminal()
  expect(await runStorectl(['render'], talk)).toBe(2)
  expect(talk.said.err).toContain('--all')
})
