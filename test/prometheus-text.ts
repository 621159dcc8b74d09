/** One series and its value. */
export interface Sample {
  /** Name as written, such as `x_bucket`. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A measure with all its samples. */
export interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly samples: Sample[]
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|\})/
const NUMBER = /^(?:NaN|[+-]Inf|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)$/

/**
 * Parses the text format 0.0.4 of Prometheus and refuses what a lenient parser would accept: a
 * sample without HELP and TYPE before it, a family in two places, a series twice, a negative
 * counter, and a histogram whose buckets do not add up.
 * Source: prometheus.io/docs/instrumenting/exposition_formats, "Text-based format".
 * @throws Error with the line
 */
export function parsePrometheus(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, Family>()
  const helps = new Map<string, string>()
  const series = new Set<string>()
  let current: Family | null = null
  for (const line of text.split('\n').slice(0, -1)) {
    if (line === '') continue
    const help = /^# HELP (\S+) (.+)$/.exec(line)
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line)
    if (help !== null) helps.set(help[1] ?? '', help[2] ?? '')
    else if (type !== null) {
      const [, name = '', kind = ''] = type
      const told = helps.get(name)
      if (told === undefined || families.has(name)) throw new Error(`misplaced: ${line}`)
      current = { name, type: kind as Family['type'], help: told, samples: [] }
      families.set(name, current)
    } else {
      const sample = sampleOf(line)
      if (current === null || !belongs(sample, current)) throw new Error(`misplaced: ${line}`)
      const key = keyOf(sample)
      if (series.has(key)) throw new Error(`twice: ${line}`)
      series.add(key)
      current.samples.push(sample)
    }
  }
  for (const family of families.values()) check(family)
  return families
}

/** Name and sorted labels, which identify a series. */
export function keyOf({ name, labels }: Sample): string {
  return `${name}${JSON.stringify(Object.entries(labels).toSorted())}`
}

function sampleOf(line: string): Sample {
  const [name] = NAME.exec(line) ?? []
  if (name === undefined) throw new Error(`no name: ${line}`)
  let rest = line.slice(name.length)
  const labels: Record<string, string> = {}
  if (rest.startsWith('{')) {
    rest = rest.slice(1)
    for (let end = ''; end !== '}';) {
      const [all, label, value, next] = LABEL.exec(rest) ?? []
      if (all === undefined || label === undefined || next === undefined || label in labels)
        throw new Error(`wrong labels: ${line}`)
      labels[label] = (value ?? '').replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))
      rest = rest.slice(all.length)
      end = next
    }
  }
  const number = rest.slice(1)
  if (!rest.startsWith(' ') || !NUMBER.test(number)) throw new Error(`wrong value: ${line}`)
  return { name, labels, value: Number(number.replace('Inf', 'Infinity')) }
}

function belongs({ name }: Sample, family: Family): boolean {
  if (family.type !== 'histogram') return name === family.name
  return ['_bucket', '_sum', '_count'].some((end) => name === family.name + end)
}

function check({ name, type, samples }: Family): void {
  if (type === 'counter' && samples.some(({ value }) => !(value >= 0 && value < Infinity)))
    throw new Error(`a counter is negative or infinite: ${name}`)
  if (type !== 'histogram') return
  const groups = Map.groupBy(samples, ({ labels }) => {
    const others = Object.entries(labels).filter(([label]) => label !== 'le')
    return keyOf({ name, labels: Object.fromEntries(others), value: 0 })
  })
  for (const group of groups.values()) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('Inf', 'Infinity')))
    const totals = buckets.map(({ value }) => value)
    const [count] = group.filter((sample) => sample.name === `${name}_count`)
    const rises = (list: readonly number[], strictly: boolean) =>
      list.every((one, n) => n === 0 || (strictly ? one > list[n - 1]! : one >= list[n - 1]!))
    const holds =
      bounds.at(-1) === Infinity &&
      rises(bounds, true) &&
      rises(totals, false) &&
      count?.value === totals.at(-1) &&
      group.length === buckets.length + 2
    if (!holds) throw new Error(`the buckets do not add up: ${name}`)
  }
}

/** The value of one series. @throws Error if there is none */
export function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const key = keyOf({ name, labels, value: 0 })
  for (const { samples } of families.values()) {
    const found = samples.find((sample) => keyOf(sample) === key)
    if (found !== undefined) return found.value
  }
  throw new Error(`no series ${key}`)
}
