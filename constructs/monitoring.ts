import { App, Chart } from 'cdk8s'
import { AlertRules } from './alert-rules.ts'
import { GrafanaDashboard } from './grafana-dashboard.ts'

export interface MonitoringProps {
  /** Namespace of the alert rules and the dashboard. */
  readonly namespace: string
}

/** Kubernetes objects for the monitoring of the server, as plain data. */
export interface MonitoringObjects {
  readonly alerts: readonly unknown[]
  readonly dashboards: readonly unknown[]
}

/** The same props give the same objects. */
export function renderMonitoring(props: MonitoringProps): MonitoringObjects {
  const alerts = new Chart(new App(), 'Alerts')
  new AlertRules(alerts, 'Rules', props)
  const dashboards = new Chart(new App(), 'Dashboards')
  new GrafanaDashboard(dashboards, 'Storewright', props)
  return { alerts: alerts.toJson() as unknown[], dashboards: dashboards.toJson() as unknown[] }
}
