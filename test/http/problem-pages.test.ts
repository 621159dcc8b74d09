import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runStorectl } from '../../src/cli/program.ts'
import { type Problem, problemCodes } from '../../src/contract/problem.ts'
import { problemPages } from '../../src/http/problem-pages.ts'
import { PROBLEMS } from '../../src/http/problem-rows.ts'
import { symptomPages } from '../../src/http/symptom-pages.ts'
import { httpFixture } from './fixture.ts'

const document = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')
const settings = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8')
const texts = Object.entries({ ...problemPages, ...symptomPages }).map(
  ([name, { means, steps }]) => [name, [means, ...steps].join(' ')] as const,
)

describe('the pages of problems', () => {
  it.each(problemCodes)('%s has one, without a script', async (code) => {
    const reply = await httpFixture().get(`/docs/problems/${code}`)
    const html = await reply.text()
    expect([reply.status, reply.headers.get('Content-Type')]).toEqual([
      200,
      'text/html; charset=UTF-8',
    ])
    expect(html).toContain(`<code>${code}</code>, status ${PROBLEMS[code].status}`)
    expect(html).not.toMatch(/<script|\son\w+=/)
    expect(html.match(/<li>/g)?.length).toBeGreaterThan(0)
  })

  it.each(Object.entries(symptomPages))('%s is a page of its own', async (name, { title }) => {
    const html = await (await httpFixture().get(`/docs/problems/${name}`)).text()
    expect(html).toContain(`<h1>${title.replaceAll('"', '&quot;')}</h1>`)
    expect(await (await httpFixture().get('/docs')).text()).toContain(`/docs/problems/${name}`)
  })

  it('has seven symptoms of the first platform', () => {
    expect(Object.keys(symptomPages)).toHaveLength(7)
  })

  it.each(['nope', '__proto__', 'constructor', '%2e%2e', 'name_taken.html'])(
    'there is no page %s',
    async (name) => {
      const reply = await httpFixture().get(`/docs/problems/${name}`)
      expect(reply.status).toBe(404)
    },
  )

  it('every problem names its page, in the body and in Link', async () => {
    const http = httpFixture()
    const reply = await http.get('/api/v1/stores/none')
    const { docs = '' } = (await reply.json()) as Problem
    expect(docs).toBe('/docs/problems/store_not_found')
    expect(reply.headers.get('Link')).toBe(`<${docs}>; rel="help"`)
    expect((await http.get(docs)).status).toBe(200)
  })
})

describe('what the pages name', () => {
  it.each(texts.filter(([, text]) => text.includes('`storectl')))(
    '%s: each command and option exists',
    async (_name, text) => {
      const commands = Array.from(text.matchAll(/`storectl ([a-z-]+)((?: [a-z]+)?)([^`]*)/g))
      for (const [, command = '', more = '', rest = ''] of commands) {
        const words =
          command === 'token' || command === 'release' ? [command, more.trim()] : [command]
        const help = { out: '', err: '' }
        const code = await runStorectl([...words, '--help'], {
          out: (said) => void (help.out += said),
          err: (said) => void (help.err += said),
          now: () => 0,
          server: undefined,
          summaryPath: undefined,
          serve: async () => {},
        })
        expect([words, code, help.err]).toEqual([words, 0, ''])
        expect(help.out).toMatch(new RegExp(`^Usage: storectl ${words.join(' ')}`))
        const options = rest.match(/(?<= )--?[a-z-]+/g) ?? []
        expect(options.filter((option) => !help.out.includes(option))).toEqual([])
      }
    },
  )

  it('each setting, path and code exists', () => {
    const all = texts.map(([, text]) => text).join(' ')
    const named = (form: RegExp) => [
      ...new Set(Array.from(all.matchAll(form), ([, word = '']) => word)),
    ]
    const unknown = {
      settings: named(/`([A-Z]+_[A-Z_]+)/g).filter(
        (name) =>
          !settings.includes(name) &&
          !name.startsWith('STORECTL_TOKEN') &&
          name !== 'GIT_TOKEN_FILE',
      ),
      paths: named(/`(?:GET )?(\/api\/v1\/[a-z/]+)/g).filter(
        (path) => !document.includes(`"${path}"`),
      ),
      codes: named(/`([a-z]+_[a-z_]+)`/g).filter(
        (word) => !(word in PROBLEMS) && !['not_written', 'git_write'].includes(word),
      ),
    }
    expect(unknown).toEqual({ settings: [], paths: [], codes: [] })
  })
})
