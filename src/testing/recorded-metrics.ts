import type { Metrics } from '../domain/metrics.ts'

/** Metrics that remember every call. */
export interface RecordedMetrics extends Metrics {
  /** Sum of the counts by name and label values, such as `x_total done`. */
  readonly counts: Readonly<Record<string, number>>
  /** Observed values by name and label values. */
  readonly values: Readonly<Record<string, readonly number[]>>
}

export function recordedMetrics(): RecordedMetrics {
  const counts: Record<string, number> = {}
  const values: Record<string, number[]> = {}
  const keyOf = (name: string, labels: object) => [name, ...Object.values(labels)].join(' ')
  return {
    counts,
    values,
    count(name, labels, by = 1) {
      const key = keyOf(name, labels)
      counts[key] = (counts[key] ?? 0) + by
    },
    observe(name, labels, value) {
      const key = keyOf(name, labels)
      values[key] = [...(values[key] ?? []), value]
    },
  }
}
