import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { alertRules } from '../../constructs/alert-rules.ts'
import { dashboardModel } from '../../constructs/grafana-dashboard.ts'
import { printYaml } from '../../constructs/yaml.ts'
import { monitoringFiles } from '../../scripts/render-monitoring.ts'
import { measures } from '../../src/domain/measures.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const unless = hasPromtool ? '' : ' (promtool is not installed)'

/** Series for fifteen minutes, one value a minute, in the notation of promtool. */
interface Case {
  readonly fires: readonly (readonly [series: string, values: string])[]
  readonly silent: readonly (readonly [series: string, values: string])[]
}

const calls = (result: string) =>
  `storewright_git_host_calls_total{call="push",instance="a",result="${result}"}`
const INFINITE = '+Inf '.repeat(16).trim()
const blocked = (reason: string) => `storewright_writes_blocked{instance="a",reason="${reason}"}`

const CASES: Readonly<Record<string, readonly Case[]>> = {
  StorewrightCannotPush: [
    {
      fires: [
        [blocked('git_auth'), '1x15'],
        [blocked('git_unavailable'), '0x15'],
      ],
      // Each interruption is shorter than five minutes.
      silent: [
        [blocked('git_auth'), '1 1 1 1 0 1 1 1 1 0 1 1 1 1 0 1'],
        [blocked('git_unavailable'), '0x15'],
      ],
    },
    {
      fires: [
        [calls('policy'), '0+1x15'],
        [calls('done'), '7x15'],
      ],
      silent: [
        [calls('policy'), '0+1x15'],
        [calls('done'), '0+1x15'],
      ],
    },
    // Without requests there are no pushes.
    { fires: [[calls('lost'), '0+1x15']], silent: [[calls('policy'), '3x15']] },
  ],
  StorewrightStoreLost: [
    {
      fires: [['storewright_lost_acked_stores{instance="a"}', '0x14 1']],
      silent: [['storewright_lost_acked_stores{instance="a"}', '1x14 0']],
    },
  ],
  StorewrightStatusFeedSilent: [
    {
      fires: [['storewright_argocd_watch_age_seconds{instance="a"}', '0x14 121']],
      silent: [['storewright_argocd_watch_age_seconds{instance="a"}', '0x14 120']],
    },
    {
      fires: [['storewright_argocd_watch_age_seconds{instance="a"}', INFINITE]],
      silent: [['storewright_argocd_watch_age_seconds{instance="a"}', '60x15']],
    },
  ],
  StorewrightClockOutOfBounds: [
    {
      fires: [['storewright_clock_skew_seconds{host="argo_cd",instance="a"}', '-301x15']],
      silent: [['storewright_clock_skew_seconds{host="argo_cd",instance="a"}', '-300x15']],
    },
    {
      fires: [['storewright_clock_skew_seconds{host="git_host",instance="a"}', '301x15']],
      silent: [['storewright_clock_skew_seconds{host="git_host",instance="a"}', '0x15']],
    },
  ],
  StorewrightTokenExpires: [
    {
      fires: [['storewright_token_expiry_seconds{instance="a"}', '604799x15']],
      silent: [['storewright_token_expiry_seconds{instance="a"}', '604800x15']],
    },
    {
      fires: [['storewright_token_expiry_seconds{instance="a"}', '60x15']],
      silent: [['storewright_token_expiry_seconds{instance="a"}', INFINITE]],
    },
  ],
  StorewrightDeletionsHeld: [
    {
      fires: [['storewright_held_deletions{instance="a"}', '0x13 20 20']],
      silent: [['storewright_held_deletions{instance="a"}', '0x14 20']],
    },
  ],
}

/** Does promtool see the alert after fifteen minutes? */
async function fires(alert: string, series: Case['fires']): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'storewright-alerts-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const rules = monitoringFiles().get('argocd/monitoring/rules.yaml') ?? ''
  await writeFile(join(folder, 'rules.yaml'), rules)
  const input_series = series.map(([name, values]) => ({ series: name, values }))
  const test = {
    rule_files: ['rules.yaml'],
    tests: [
      {
        interval: '1m',
        input_series,
        alert_rule_test: [{ eval_time: '15m', alertname: alert, exp_alerts: [] }],
      },
    ],
  }
  const file = join(folder, 'test.yaml')
  await writeFile(file, JSON.stringify(test))
  const ended = await run('promtool', ['test', 'rules', file]).catch((error: unknown) => error)
  const { stdout, stderr } = ended as { stdout: string; stderr: string }
  const said = stdout + stderr
  if (/SUCCESS/.test(said)) return false
  // Any other failure than an alert that was not expected is a mistake in this test.
  if (!said.includes(`alertname: ${alert}`) || !/got:\[\s*0:/.test(said)) throw new Error(said)
  return true
}

describe.skipIf(!hasPromtool)(`the alerts${unless}`, () => {
  it.each(alertRules.map(({ alert }) => alert))(
    '%s fires for series that show the fault, and for no others',
    async (alert) => {
      const cases = CASES[alert] ?? []
      expect(cases.length).toBeGreaterThan(0)
      for (const one of cases) {
        expect([one.fires, await fires(alert, one.fires)]).toEqual([one.fires, true])
        expect([one.silent, await fires(alert, one.silent)]).toEqual([one.silent, false])
      }
    },
  )

  it('and the graphs are valid PromQL', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'storewright-graphs-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const queries = dashboardModel().panels.flatMap(({ targets }) => targets)
    const rules = queries.map(({ expr }, n) => ({
      record: `graph:${n}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }))
    expect(rules.length).toBeGreaterThan(15)
    const file = join(folder, 'graphs.yaml')
    await writeFile(file, printYaml({ groups: [{ name: 'graphs', rules }] }))
    const { stdout } = await run('promtool', ['check', 'rules', file])
    expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`)
  })
})

describe('alerts and graphs', () => {
  it('use only measures of the server, with their labels', () => {
    const panels = dashboardModel().panels.flatMap(({ targets }) => targets)
    const texts = [...alertRules, ...panels].map(({ expr }) => expr)
    const known = new Map(
      Object.entries(measures).flatMap(([name, { type, labels }]) => {
        const ends = type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
        return ends.map((end) => [`${name}${end}`, Object.keys(labels)] as const)
      }),
    )
    for (const text of texts) {
      const names = text.match(/\b(?:storewright|store|http_server)_\w+/g) ?? []
      expect(names.length, text).toBeGreaterThan(0)
      for (const name of names) expect([...known.keys()]).toContain(name)
      const labels = [...text.matchAll(/\b(?:by|without) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
        list.split(', '),
      )
      const allowed = [...names.flatMap((name) => known.get(name) ?? []), 'le', 'instance']
      for (const label of labels) expect(allowed, text).toContain(label)
    }
  })

  it('docs/metrics.md lists every alert with its severity', async () => {
    const page = await readFile(join(ROOT, 'docs/metrics.md'), 'utf8')
    const rows = [...page.matchAll(/^\| `(Storewright\w+)` \| (\w+) \|/gm)]
    expect(rows.map(([, name, severity]) => [name, severity])).toEqual(
      alertRules.map(({ alert, labels }) => [alert, labels.severity]),
    )
  })

  it('the ConfigMap holds the dashboard as JSON', () => {
    const text = monitoringFiles().get('argocd/monitoring/grafana-dashboard.yaml') ?? ''
    const { data } = parse(text) as { data: Record<string, string> }
    expect(JSON.parse(data['storewright.json'] ?? '')).toEqual(dashboardModel())
  })
})
