import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ruleGroups } from '../constructs/alert-rules.ts'
import { renderMonitoring } from '../constructs/monitoring.ts'
import { printYaml } from '../constructs/yaml.ts'

const NOTE = '# Rendered by `npm run monitoring`; edits are overwritten. See docs/metrics.md.\n'
const fromRoot = (path: string) => new URL(`../${path}`, import.meta.url)

/** Text of the committed alerts and dashboard by path below the repository's root. */
export function monitoringFiles(): ReadonlyMap<string, string> {
  const { alerts, dashboards } = renderMonitoring({ namespace: 'storewright' })
  const print = (objects: readonly unknown[]) =>
    NOTE + objects.map((object) => printYaml(object)).join('---\n')
  return new Map([
    ['argocd/monitoring/prometheus-rule.yaml', print(alerts)],
    ['argocd/monitoring/rules.yaml', print([ruleGroups()])],
    ['argocd/monitoring/grafana-dashboard.yaml', print(dashboards)],
  ])
}

async function main(): Promise<void> {
  for (const [path, text] of monitoringFiles()) {
    await mkdir(dirname(fromRoot(path).pathname), { recursive: true })
    await writeFile(fromRoot(path), text)
    process.stdout.write(`wrote ${path}\n`)
  }
}

if (import.meta.main) await main()
