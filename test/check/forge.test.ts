import { describe, expect, it } from 'vitest'
import {
  acmeRepo,
  AT,
  edit,
  intent,
  MANIFESTS,
  object,
  others,
  platform,
  PLATFORM,
  shop,
  yamlOf,
} from './acme.ts'
import { type Changes, rendered } from './fixture.ts'
import { CANARY, runPullRequest } from './forge.ts'

const repo = acmeRepo()
const TOUCH = `touch ${CANARY}`
const SCRIPT = `#!/bin/sh\n${TOUCH}\n`
const executable = (content: string) => ({ mode: '100755', content })
const GOING = Object.fromEntries(
  others.map((store) => [
    `stores/acme/${store.name}/store.yaml`,
    yamlOf({ ...store, lifecycle: { state: 'deleted' } }),
  ]),
)

/**
 * Files with which a pull request could get code executed by npm, git, node, make, a shell, or
 * under a program name.
 */
const TRAPS: Changes = {
  'package.json': JSON.stringify({
    name: 'x',
    type: 'commonjs',
    bin: { storectl: './storectl' },
    scripts: { preinstall: TOUCH, postinstall: TOUCH, prepare: TOUCH, storectl: TOUCH },
  }),
  '.npmrc': `node-options=--require ./trap.cjs\nscript-shell=./storectl\n`,
  'trap.cjs': `require('node:child_process').execSync(${JSON.stringify(TOUCH)})\n`,
  'node_modules/commander/package.json': '{"name":"commander","main":"index.js"}',
  'node_modules/commander/index.js': `require('node:child_process').execSync(${JSON.stringify(TOUCH)})\n`,
  'node_modules/.bin/storectl': executable(SCRIPT),
  storectl: executable(SCRIPT),
  git: executable(SCRIPT),
  node: executable(SCRIPT),
  Makefile: `all:\n\t${TOUCH}\n`,
  '.profile': SCRIPT,
  '.bashrc': SCRIPT,
  '.gitconfig': `[core]\n\tfsmonitor = ${TOUCH}\n\tpager = ${TOUCH}\n[alias]\n\tlog = "!${TOUCH}"\n`,
  '.gitattributes': '* filter=trap diff=trap\n',
  'storewright.yaml': 'DATA_DIR: /tmp/x\n',
  'stores/acme/shop/manifests/kustomization.yaml': 'generators: [trap.yaml]\n',
}

describe('T6 the validation workflow accepts a valid pull request', () => {
  it('with a change of store.yaml only, and lists the rendered changes in the summary', async () => {
    const head = await repo().commit(intent({ title: 'A ``` fence </details>' }))
    const job = await runPullRequest(repo(), { head })
    expect([job.err, job.code]).toEqual(['', 0])
    expect(job.summary).toContain('### Rendered after the merge')
    expect(job.summary).toMatch(/^````+diff$/m)
    expect(job.summary).toContain('\n+  title: ')
  })

  it('with its render', async () => {
    const head = await repo().commit(
      rendered(
        { ...shop, plan: 'medium', storage: { ...shop.storage, uploads: 10, database: 5 } },
        platform,
      ),
    )
    expect(await runPullRequest(repo(), { head })).toMatchObject({ code: 0, canary: false })
  })

  it('with five deletions and the label of a code owner', async () => {
    const head = await repo().commit(GOING)
    const labels = ['mass-delete-approved', `"; ${TOUCH}; "`, `$(${TOUCH})`]
    expect(await runPullRequest(repo(), { head, labels })).toMatchObject({ code: 0, canary: false })
  })

  it('whose base is older than main, checked after a merge with the current main', async () => {
    const main = await repo().commit(rendered({ ...others[0]!, title: 'One' }, platform))
    const head = await repo().commit(intent({ title: 'New' }))
    const job = await runPullRequest(repo(), { head, main })
    expect([job.err, job.code]).toEqual(['', 0])
    expect(job.out).toContain('1 of 8 stores checked')
  })
})

/** Description, expected text in the log, change. */
const HOSTILE: readonly (readonly [string, string, Changes])[] = [
  ['files that other tools execute', 'C01 package.json', TRAPS],
  [
    'a second workflow',
    'C01 .github/workflows/evil.yaml',
    {
      '.github/workflows/evil.yaml': `on: pull_request_target\njobs: {a: {runs-on: x, steps: [{run: ${TOUCH}}]}}\n`,
    },
  ],
  [
    'a changed workflow with write access',
    'C01 .github/workflows/validate.yaml',
    {
      '.github/workflows/validate.yaml': `on: pull_request_target\njobs: {a: {runs-on: x, steps: [{run: ${TOUCH}}]}}\n`,
    },
  ],
  [
    'a symbolic link to a file of the runner',
    `C01 ${AT}store.yaml`,
    { [`${AT}store.yaml`]: { mode: '120000', content: '/etc/passwd' } },
  ],
  [
    'a symbolic link instead of a folder',
    `C01 stores/acme/shop`,
    { 'stores/acme/shop': { mode: '120000', content: '../..' } },
  ],
  [
    'a submodule',
    `C01 ${AT}manifests`,
    { [`${AT}manifests`]: { mode: '160000', content: '1'.repeat(40) } },
  ],
  [
    'YAML of 10 MB',
    `C01 ${AT}store.yaml`,
    { [`${AT}store.yaml`]: `${yamlOf(shop)}#${'x'.repeat(10_000_000)}\n` },
  ],
  ['an alias bomb', `C02 ${AT}store.yaml`, { [`${AT}store.yaml`]: aliasBomb() }],
  [
    'a YAML tag that creates a function',
    `C02 ${AT}store.yaml`,
    {
      [`${AT}store.yaml`]: yamlOf(shop).replace(
        'title: shop',
        `title: !!js/function "function(){${TOUCH}}()"`,
      ),
    },
  ],
  [
    'hand-edited manifests',
    `C04 ${MANIFESTS}50-wordpress.yaml`,
    edit('50-wordpress.yaml', 'replicas: 1', 'replicas: 9'),
  ],
  [
    'a foreign namespace',
    `C07 ${MANIFESTS}50-wordpress.yaml`,
    edit('50-wordpress.yaml', 'namespace: store-shop', 'namespace: kube-system'),
  ],
  [
    'a ClusterRoleBinding',
    `C08 ${MANIFESTS}50-wordpress.yaml`,
    object(
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: owned}\n',
    ),
  ],
  [
    'a hostPath volume',
    `C18 ${MANIFESTS}50-wordpress.yaml`,
    edit(
      '50-wordpress.yaml',
      /volumes:\n/,
      'volumes:\n      - hostPath:\n          path: /\n        name: node\n',
    ),
  ],
  [
    'a Secret with data',
    `C16 ${MANIFESTS}50-wordpress.yaml`,
    object(
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: store-shop}\ndata: {a: Yg==}\n',
    ),
  ],
  ['a removed directory', 'C14 stores/acme/shop', { 'stores/acme/shop': null }],
  ['five deletions', 'C15 the change as a whole', GOING],
  ['an older database', `C12 ${AT}store.yaml`, intent({ release: '2026.9' })],
  ['a smaller volume', `C11 ${AT}store.yaml`, intent({ storage: { ...shop.storage, uploads: 1 } })],
  [
    'five deletions with raised limits',
    'C15 the change as a whole',
    {
      ...GOING,
      'platform.yaml': PLATFORM.replace('limits:', 'limits:\n  massDelete: {max: 1000}'),
    },
  ],
]

function aliasBomb(): string {
  const levels = Array.from({ length: 12 }, (_, n) => `a${n}: &a${n} [${`*a${n - 1},`.repeat(9)}]`)
  return `${yamlOf(shop)}${levels.join('\n').replace(/\[\*a-1.*\]/, '[x]')}\n`
}

describe('T6 the validation workflow and a hostile pull request', () => {
  it.each(HOSTILE)('refuses %s and executes nothing of it', async (_what, place, changes) => {
    const head = await repo().commit(changes)
    const job = await runPullRequest(repo(), { head })
    expect(job.out).toContain(place)
    expect(job.out).toMatch(/\nfailed: commit /)
    expect([job.code, job.canary]).toEqual([1, false])
    expect(job.summary).toContain('## Not to be merged')
  })

  it.each(['./storectl', 'node --require ./trap.cjs -e 0', 'node_modules/.bin/storectl'])(
    'detects execution by a runner that calls %s instead',
    async (instead) => {
      const head = await repo().commit(TRAPS)
      expect(await runPullRequest(repo(), { head, instead })).toMatchObject({ canary: true })
    },
  )
})
