import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { roomyPlatform, startApi } from './api-process.ts'
import { chance, goal, sized } from './goals.ts'
import { harness } from './harness.ts'
import { readMain } from './history-checker.ts'

const REQUESTS = sized(1_000, 10_000, 100_000)
const CANARY = 'canary-of-a-command'

/** Pieces with a special meaning in a shell, git, paths, YAML, JSON or logs. */
const PIECES = [
  ...[
    '../',
    '..',
    '/',
    '\\',
    './',
    '.git',
    '.git/hooks/post-update',
    '~',
    '%2e%2e%2f',
    '%00',
    '\0',
    '\n',
    '\r\n',
  ],
  ...[
    '--upload-pack=',
    '--exec=',
    '--output=',
    '-c',
    '-oProxyCommand=',
    'ext::sh -c ',
    'file:///',
    '@{u}',
    '^{}',
    ':/',
    '..HEAD',
  ],
  ...['$(', ')', '`', ';', '|', '&&', '>', '<', "'", '"', '*', '?', '{', '}', '[', '!', '#', ' '],
  ...[
    '\u202e',
    '\u2028',
    '\u0085',
    '\ufeff',
    'É',
    'ﬁ',
    '字',
    '😀',
    '__proto__',
    'constructor',
    'toString',
    'kube-',
    'xn--',
  ],
  ...[
    'con',
    'nul',
    'a',
    'shop',
    '-',
    '--',
    '.lock',
    'HEAD',
    'refs/heads/main',
    'Request-Id: x',
    '&a',
    '*a',
    '!!js',
    '<<',
    'yes',
    '1e3',
  ],
]

it(
  `T3 T4 G7 handles ${REQUESTS} hostile names and bodies without a foreign path, a command or a commit for a refused request`,
  async () => {
    const random = chance('hostile')
    const { remote, serve } = await harness({ platform: await roomyPlatform() })
    const served = await serve()
    const dataDir = join(remote.scratch, 'data')
    const api = await startApi(dataDir, { STORES_REPO_URL: served.url })
    const canary = join(remote.scratch, CANARY)
    const tally = new Map<number, number>()
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const text = () =>
      Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
        pick([...PIECES, `touch ${canary}`]),
      ).join('')
    const one = async (): Promise<void> => {
      const { method, path, body } = hostileRequest(text, random, pick)
      const reply = await fetch(api.url + path, {
        method,
        headers: { 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      })
      await reply.arrayBuffer()
      if (reply.status >= 500) broken.push(`${reply.status} ${method} ${path} ${body}`)
      tally.set(reply.status, (tally.get(reply.status) ?? 0) + 1)
      if (method === 'POST' && reply.status === 201) accepted += 1
    }
    const broken: string[] = []
    let accepted = 0
    await goal('G7', async () => {
      let left = REQUESTS
      const person = async () => {
        for (; left > 0; left -= 1) await one()
      }
      await Promise.all(Array.from({ length: 32 }, person))
      expect(broken.slice(0, 5)).toEqual([])
      const { folders, commits } = await readMain(remote)
      expect(folders.size).toBe(accepted)
      // Only an accepted request makes a commit. A DELETE of a deleted store makes none.
      expect(commits.size - accepted).toBeLessThanOrEqual(tally.get(204) ?? 0)
      expect(commits.size).toBeGreaterThanOrEqual(accepted)
      const paths = (await remote.git(['ls-tree', '-r', '-z', '--name-only', 'main']))
        .split('\0')
        .filter(Boolean)
      const foreign = paths.filter(
        (path) =>
          !/^(?:platform\.yaml|stores\/\.gitkeep|stores\/[a-z0-9-]+\/[a-z][a-z0-9-]*\/(?:store\.yaml|app\.json|manifests\/[a-z0-9-]+\.yaml))$/.test(
            path,
          ),
      )
      expect(foreign).toEqual([])
      await expect(access(canary)).rejects.toThrow(/ENOENT/)
      const kinds = [...tally]
        .toSorted(([a], [b]) => a - b)
        .map(([status, count]) => `${count} x ${status}`)
      return `${[...tally.values()].reduce((a, b) => a + b)} hostile requests (${kinds.join(', ')}): 0 x 5xx, 0 refs moved by a 4xx, 0 foreign paths`
    })
    await api.kill()
  },
  sized(120_000, 300_000, 3_600_000),
)

function hostileRequest(
  text: () => string,
  random: () => number,
  pick: <T>(list: readonly T[]) => T,
) {
  const roll = random()
  const name = random() < 0.02 ? `ok-${Math.floor(random() * 1e9)}` : text()
  if (roll < 0.55) {
    const extra =
      random() < 0.5
        ? {
            [pick(['title', 'team', 'plan', 'reason', 'ticket', 'labels', 'admin', text()])]:
              text(),
          }
        : {}
    return { method: 'POST', path: '/api/v1/stores', body: JSON.stringify({ name, ...extra }) }
  }
  if (roll < 0.65) {
    // The name is valid. The hostile text is in the title, which reaches Git.
    const good = `words-${Math.floor(random() * 1e9)}`
    const only =
      random() < 0.1
        ? { title: text().replaceAll(/\p{C}/gu, 'x').slice(0, 60) }
        : { title: text(), nonsense: text() }
    return { method: 'POST', path: '/api/v1/stores', body: JSON.stringify({ name: good, ...only }) }
  }
  const path = encodeURIComponent(name).replaceAll('.', random() < 0.5 ? '%2e' : '.')
  if (roll < 0.75) return { method: 'DELETE', path: `/api/v1/stores/${path}`, body: undefined }
  if (roll < 0.85)
    return {
      method: 'GET',
      path: `/api/v1/stores/${path}/${pick(['manifests', 'history'])}?at=${encodeURIComponent(text())}`,
      body: undefined,
    }
  if (roll < 0.95)
    return {
      method: 'POST',
      path: '/api/v1/repository/accept-rewrite',
      body: JSON.stringify({ expectedHead: text(), reason: text() }),
    }
  return { method: 'POST', path: '/api/v1/stores', body: text() }
}
