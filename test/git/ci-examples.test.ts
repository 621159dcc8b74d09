import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { load } from 'js-yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CiBindings } from '../../src/contract/ci-bindings.ts'
import { gitlabClaims } from '../../src/testing/ci-issuer.ts'
import { scratch } from '../../src/testing/server-process.ts'
import { type ExchangeFixture, startExchange } from './exchange-fixture.ts'

const run = promisify(execFile)

interface Example {
  readonly ciBindings?: unknown
  readonly jobs?: { readonly shop: { readonly steps: readonly { readonly run: string }[] } }
  readonly shop?: { readonly script: readonly string[] }
}

let at: ExchangeFixture
let examples: readonly Example[]
beforeAll(async () => {
  at = await startExchange()
  const page = await readFile(join(import.meta.dirname, '../../docs/access.md'), 'utf8')
  const section = page.slice(page.indexOf('## Let CI sign in'), page.indexOf('## Roles'))
  const blocks = [...section.matchAll(/^```yaml\n(.*?)^```/gms)]
  examples = blocks.map(([, yaml = '']) => load(yaml) as Example)
})
afterAll(() => at.close())

const bash = (script: string, environment: Record<string, string>) =>
  run('bash', ['-e', '-c', script], {
    env: { PATH: process.env['PATH'], STORECTL_SERVER: at.home, ...environment },
  })

it('the bindings of docs/access.md are valid', () => {
  const bindings = CiBindings.parse(examples.find((each) => each.ciBindings)?.ciBindings)
  expect(bindings.map(({ issuer }) => issuer)).toEqual([
    'https://token.actions.githubusercontent.com',
    'https://gitlab.com',
  ])
})

it('the job of GitHub Actions in docs/access.md gets a token', async () => {
  const script = examples.find((each) => each.jobs)?.jobs?.shop.steps[0]?.run ?? ''
  // Source: docs.github.com/actions/reference/security/oidc, "Methods for requesting the OIDC token".
  const runner = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://runner')
    const isAllowed = request.headers.authorization === 'Bearer of-the-runner'
    const token = at.github.sign(at.job({ aud: url.searchParams.get('audience') }))
    void token.then((value) => {
      response.writeHead(isAllowed ? 200 : 401).end(JSON.stringify({ value }))
    })
  }).listen(0, '127.0.0.1')
  await once(runner, 'listening')
  const file = join(await scratch(), 'env')
  const { stdout } = await bash(script, {
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-runner',
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(runner.address() as AddressInfo).port}/token?api-version=2.0`,
    GITHUB_ENV: file,
  })
  runner.close()
  const token = /^STORECTL_TOKEN=(\S+)\n$/.exec(await readFile(file, 'utf8'))?.[1] ?? ''
  expect(stdout).toBe(`::add-mask::${token}\n`)
  expect((await at.me(token)).kind).toBe('ci')
})

it('the job of GitLab CI in docs/access.md gets a token', async () => {
  const script = examples.find((each) => each.shop)?.shop?.script[0] ?? ''
  const idToken = await at.gitlab.sign(gitlabClaims(at.gitlab.issuer, at.home))
  const { stdout } = await bash(`${script}\nprintf %s "$STORECTL_TOKEN"`, { ID_TOKEN: idToken })
  expect((await at.me(stdout)).kind).toBe('ci')
  const again = bash(script, { ID_TOKEN: idToken })
  await expect(again).rejects.toMatchObject({ stderr: expect.stringContaining('401') })
})
