import { ApiObject } from 'cdk8s'
import { Construct } from 'constructs'
import { MANAGED_BY } from './argo-application.ts'

/** One alert of Prometheus. Source: prometheus.io/docs/prometheus/latest/configuration/alerting_rules. */
export interface AlertRule {
  readonly alert: string
  readonly expr: string
  /** How long `expr` must hold, such as `5m`. */
  readonly for: string
  readonly labels: { readonly severity: 'critical' | 'warning' }
  readonly annotations: { readonly summary: string; readonly description: string }
}

/** Data or writes are at risk now. */
const CRITICAL = { severity: 'critical' } as const
const WARNING = { severity: 'warning' } as const

/** Pushes within five minutes whose result was, or was not, `done`. */
const pushes = (matches: string) =>
  `sum without (call, result) (increase(storewright_git_host_calls_total{call="push",result${matches}"done"}[5m]))`

/** The alerts of one group. Every expression gives one result for each server. */
export const alertRules: readonly AlertRule[] = [
  {
    alert: 'StorewrightCannotPush',
    expr: `max without (reason) (storewright_writes_blocked) == 1 or (${pushes('!=')} > 0 unless ${pushes('=')} > 0)`,
    for: '5m',
    labels: CRITICAL,
    annotations: {
      summary: 'Storewright cannot write to the stores repo',
      description:
        'For five minutes no change could be pushed. The banner of the dashboard and the check git_write state the reason.',
    },
  },
  {
    alert: 'StorewrightStoreLost',
    expr: 'storewright_lost_acked_stores > 0',
    for: '0s',
    labels: CRITICAL,
    annotations: {
      summary: 'Stores that were written are missing from the stores repo',
      description:
        '{{ $value }} stores that were written are missing or stale on the branch. Look at its latest commits, and restore the folders.',
    },
  },
  {
    alert: 'StorewrightStatusFeedSilent',
    expr: 'storewright_argocd_watch_age_seconds > 120',
    for: '0s',
    labels: WARNING,
    annotations: {
      summary: 'Argo CD does not report',
      description:
        'Argo CD last reported {{ $value | humanizeDuration }} ago, so the health of stores is unknown. Writes still work.',
    },
  },
  {
    alert: 'StorewrightClockOutOfBounds',
    expr: 'abs(storewright_clock_skew_seconds) > 300',
    for: '0s',
    labels: WARNING,
    annotations: {
      summary: 'The clock of Storewright is wrong, or that of another host is',
      description:
        'The clock of the server differs by {{ $value | humanizeDuration }} from that of {{ $labels.host }}. Deletions are held until both agree.',
    },
  },
  {
    alert: 'StorewrightTokenExpires',
    expr: `storewright_token_expiry_seconds < ${7 * 86_400}`,
    for: '0s',
    labels: WARNING,
    annotations: {
      summary: 'A token of Storewright expires within seven days',
      description:
        'It expires in {{ $value | humanizeDuration }}. Make a new one with storectl token create.',
    },
  },
  {
    alert: 'StorewrightDeletionsHeld',
    expr: 'storewright_held_deletions > 0',
    for: '1m',
    labels: WARNING,
    annotations: {
      summary: 'Pushed deletions of stores are held',
      description:
        '{{ $value }} pushed deletions exceed the limit on mass deletions. Revert the push, or release them as an admin.',
    },
  },
]

export interface AlertRulesProps {
  /** Namespace of the object. */
  readonly namespace: string
}

/**
 * The alerts for the Prometheus Operator.
 * Source: prometheus-operator.dev/docs/api-reference, monitoring.coreos.com/v1 PrometheusRule.
 */
export class AlertRules extends Construct {
  constructor(scope: Construct, id: string, { namespace }: AlertRulesProps) {
    super(scope, id)
    new ApiObject(this, 'Rules', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'storewright', namespace, labels: MANAGED_BY },
      spec: ruleGroups(),
    })
  }
}

/** The alerts as the content of a rule file of Prometheus. */
export function ruleGroups() {
  return { groups: [{ name: 'storewright', rules: alertRules }] }
}
