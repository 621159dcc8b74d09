import { Construct } from 'constructs'
import { MANAGED_BY } from './argo-application.ts'
import { k8s } from './kube.ts'

/** One graph. */
export interface Panel {
  readonly title: string
  /** Unit of Grafana: `s` for seconds, `short` for a number. */
  readonly unit: 's' | 'short' | 'reqps'
  /** PromQL and the legend of its results. */
  readonly queries: readonly (readonly [expr: string, legend: string])[]
}

const rate = (name: string, by: string) => `sum by (${by}) (rate(${name}[$__rate_interval]))`
const quantile = (of: number, name: string, by = 'le') =>
  `histogram_quantile(${of}, ${rate(`${name}_bucket`, by)})`
/** Median and 95th percentile of a histogram. */
const spread = (name: string): Panel['queries'] => [
  [quantile(0.5, name), 'median'],
  [quantile(0.95, name), '95 %'],
]

/**
 * The graphs in reading order: stores, the way of a change, Git, and the server. What every server
 * watches alike is shown as the maximum, and what each counts by itself as the sum.
 */
export const panels: readonly Panel[] = [
  {
    title: 'Stores by health',
    unit: 'short',
    queries: [['max by (health) (sum by (instance, health) (storewright_stores))', '{{health}}']],
  },
  {
    title: 'Stores that need attention',
    unit: 'short',
    queries: [
      ['max(storewright_invalid_stores)', 'invalid'],
      ['max(storewright_modified_stores)', 'modified'],
      ['max(storewright_lost_acked_stores)', 'lost'],
      ['max(storewright_held_deletions)', 'held deletions'],
    ],
  },
  {
    title: 'Stores created and deleted in an hour',
    unit: 'short',
    queries: [
      ['sum(increase(store_created_total[1h]))', 'created'],
      ['sum(increase(store_deletion_total[1h]))', 'deleted'],
    ],
  },
  {
    title: 'Time from a new store to Ready',
    unit: 's',
    queries: spread('store_provisioning_seconds'),
  },
  {
    title: 'Time in each stage of a change (95 %)',
    unit: 's',
    queries: [[quantile(0.95, 'storewright_stage_duration_seconds', 'le, stage'), '{{stage}}']],
  },
  {
    title: 'Commits by result of their push',
    unit: 'short',
    queries: [[rate('storewright_git_commits_total', 'result'), '{{result}}']],
  },
  {
    title: 'Duration of pushes',
    unit: 's',
    queries: spread('storewright_git_push_duration_seconds'),
  },
  {
    title: 'Changes that wait for a push',
    unit: 'short',
    queries: [['sum(storewright_queue_depth)', 'waiting']],
  },
  {
    title: 'Writes blocked',
    unit: 'short',
    queries: [['max by (reason) (storewright_writes_blocked)', '{{reason}}']],
  },
  {
    title: 'Age of what is shown',
    unit: 's',
    queries: [
      ['max(storewright_argocd_watch_age_seconds)', 'report of Argo CD'],
      ['max(storewright_git_fetch_age_seconds)', 'fetch from Git'],
    ],
  },
  {
    title: 'Requests by status',
    unit: 'reqps',
    queries: [
      [
        rate('http_server_request_duration_seconds_count', 'http_response_status_code'),
        '{{http_response_status_code}}',
      ],
    ],
  },
  {
    title: 'Duration of requests',
    unit: 's',
    queries: spread('http_server_request_duration_seconds'),
  },
  {
    title: 'Open event streams',
    unit: 'short',
    queries: [['sum(storewright_sse_clients)', 'streams']],
  },
  {
    title: 'Refused credentials',
    unit: 'short',
    queries: [[rate('storewright_logins_total', 'kind, result'), '{{kind}} {{result}}']],
  },
]

const WIDTH = 12
const HEIGHT = 8

/** The dashboard in the JSON model of Grafana 11, which later versions still read. */
export function dashboardModel() {
  return {
    uid: 'storewright',
    title: 'Storewright',
    schemaVersion: 39,
    editable: false,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [{ name: 'source', label: 'Data source', type: 'datasource', query: 'prometheus' }],
    },
    panels: panels.map(({ title, unit, queries }, n) => ({
      id: n + 1,
      type: 'timeseries',
      title,
      datasource: { type: 'prometheus', uid: '${source}' },
      gridPos: { x: (n % 2) * WIDTH, y: Math.floor(n / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: queries.map(([expr, legendFormat], at) => ({
        refId: String.fromCharCode('A'.charCodeAt(0) + at),
        expr,
        legendFormat,
      })),
    })),
  }
}

export interface GrafanaDashboardProps {
  /** Namespace of the object. */
  readonly namespace: string
}

/**
 * The dashboard for Grafana's sidecar, which loads each ConfigMap with the label
 * `grafana_dashboard`. Source: Helm chart of Grafana, value `sidecar.dashboards.label`.
 */
export class GrafanaDashboard extends Construct {
  constructor(scope: Construct, id: string, { namespace }: GrafanaDashboardProps) {
    super(scope, id)
    new k8s.KubeConfigMap(this, 'Dashboard', {
      metadata: {
        name: 'storewright-dashboard',
        namespace,
        labels: { ...MANAGED_BY, grafana_dashboard: '1' },
      },
      data: { 'storewright.json': `${JSON.stringify(dashboardModel(), null, 2)}\n` },
    })
  }
}
