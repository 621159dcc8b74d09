import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { monitoringFiles } from './render-monitoring.ts'

const files = monitoringFiles()

it.each([...files])(
  '%s matches what the constructs render (to update it: npm run monitoring)',
  async (path, text) => {
    expect(await readFile(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text)
  },
)

it('writes the alerts for the Prometheus Operator and for Prometheus, and the dashboard', () => {
  expect([...files.keys()].toSorted()).toEqual([
    'argocd/monitoring/grafana-dashboard.yaml',
    'argocd/monitoring/prometheus-rule.yaml',
    'argocd/monitoring/rules.yaml',
  ])
})
