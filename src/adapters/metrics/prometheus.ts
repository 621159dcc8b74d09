import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client'
import { combinations, type Measure, type MeasureName, measures } from '../../domain/measures.ts'
import type { Metrics, MetricsText, Readings } from '../../domain/metrics.ts'

export interface Prometheus {
  readonly metrics: Metrics
  /**
   * Everything measured since the start, in the text format of Prometheus. Gauges show `readings`
   * only, so a combination of labels that is gone disappears.
   */
  text(readings: Readings): Promise<MetricsText>
}

/**
 * Keeps the measures of this process in memory. Counters and histograms whose labels have a list of
 * values start with every combination at 0, so that a rate also covers the first event.
 */
export function openPrometheus(): Prometheus {
  const registry = new Registry()
  const counters = new Map<MeasureName, Counter<string>>()
  const histograms = new Map<MeasureName, Histogram<string>>()
  const gauges = new Map<MeasureName, Gauge<string>>()
  for (const [key, measure] of Object.entries<Measure>(measures)) {
    const name = key as MeasureName
    const labelNames = Object.keys(measure.labels)
    const options = { name, help: measure.help, labelNames, registers: [registry] }
    switch (measure.type) {
      case 'counter': {
        const counter = new Counter(options)
        for (const labels of combinations(measure.labels)) counter.inc(labels, 0)
        counters.set(name, counter)
        break
      }
      case 'histogram': {
        const histogram = new Histogram({ ...options, buckets: [...(measure.buckets ?? [])] })
        for (const labels of combinations(measure.labels)) histogram.zero(labels)
        histograms.set(name, histogram)
        break
      }
      case 'gauge':
        gauges.set(name, new Gauge(options))
    }
  }
  return {
    metrics: {
      count: (name, labels, by = 1) => counters.get(name)?.inc(plain(labels), by),
      observe: (name, labels, value) => histograms.get(name)?.observe(plain(labels), value),
    },
    async text(readings) {
      for (const [name, rows] of Object.entries<Readings[keyof Readings]>(readings)) {
        const gauge = gauges.get(name as MeasureName)
        gauge?.reset()
        for (const { labels, value } of rows) gauge?.set(plain(labels), value)
      }
      return { contentType: registry.contentType, body: await registry.metrics() }
    },
  }
}

/** The library wants an object type without named members. */
function plain(labels: object): Record<string, string> {
  return Object.fromEntries(Object.entries(labels))
}
