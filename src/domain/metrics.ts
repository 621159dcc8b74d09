import type { Measure, MeasureName, measures } from './measures.ts'

type NameOf<Type extends Measure['type']> = {
  [Name in MeasureName]: (typeof measures)[Name]['type'] extends Type ? Name : never
}[MeasureName]

/** A value for each label of a measure. */
export type LabelsOf<Name extends MeasureName> = {
  readonly [
    Label in keyof (typeof measures)[Name]['labels']
  ]: (typeof measures)[Name]['labels'][Label] extends readonly (infer Value)[] ? Value : string
}

/** Counts and observes. Never throws. */
export interface Metrics {
  /** @param by at least 0. @default 1 */
  count<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by?: number): void
  observe<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void
}

/** The values of every gauge at one moment. */
export type Readings = {
  readonly [Name in NameOf<'gauge'>]: readonly {
    readonly labels: LabelsOf<Name>
    readonly value: number
  }[]
}

/** What a scrape returns. */
export interface MetricsText {
  /** Media type with version. */
  readonly contentType: string
  readonly body: string
}

/** Measures nothing. */
export const noMetrics: Metrics = { count() {}, observe() {} }
