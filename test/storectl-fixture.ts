import { onTestFinished } from 'vitest'
import { runStorectl } from '../src/cli/program.ts'
import { listen } from '../src/server/listen.ts'
import type { HttpFixture } from './http/fixture.ts'

/** Serves `http` on its own port until the test ends, and runs storectl against it in this process. */
export async function storectlOf({ app }: HttpFixture) {
  const listener = await listen({ host: '127.0.0.1', port: 0 }, (request) => app.fetch(request))
  onTestFinished(() => listener.close())
  return async (...words: string[]) => {
    const said = { out: '', err: '' }
    const code = await runStorectl(words, {
      out: (text) => void (said.out += text),
      err: (text) => void (said.err += text),
      now: () => Date.parse('2026-11-24T12:00:00Z'),
      server: listener.origin,
      summaryPath: undefined,
      serve: async () => {},
    })
    return { code, ...said }
  }
}
