import { useCallback, useSyncExternalStore } from 'react'

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' })
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' })
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

const steps = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Infinity],
] as const

/** `3m ago`, `2d ago`. A time ahead of this computer's clock counts as now. */
export function ago(at: number, now: number): string {
  let amount = Math.max(0, Math.floor((now - at) / 1000))
  for (const [unit, size] of steps) {
    if (amount < size) return relative.format(-amount, unit)
    amount = Math.floor(amount / size)
  }
  return ''
}

/** `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

export const dayOf = (at: string): string => day.format(new Date(at))
export const clockOf = (at: string | number): string => clock.format(new Date(at))

/** One clock per period for the whole page, so that ages of the same moment never differ. */
interface Ticker {
  now: number
  timer: ReturnType<typeof setInterval> | null
  readonly listeners: Set<() => void>
}

const tickers = new Map<number, Ticker>()

function tickerOf(everyMs: number): Ticker {
  const known = tickers.get(everyMs)
  if (known !== undefined) return known
  const ticker: Ticker = { now: Date.now(), timer: null, listeners: new Set() }
  tickers.set(everyMs, ticker)
  return ticker
}

function subscribe(everyMs: number, listener: () => void): () => void {
  const ticker = tickerOf(everyMs)
  if (ticker.timer === null) ticker.now = Date.now()
  ticker.listeners.add(listener)
  ticker.timer ??= setInterval(() => {
    ticker.now = Date.now()
    for (const each of ticker.listeners) each()
  }, everyMs)
  return () => {
    ticker.listeners.delete(listener)
    if (ticker.listeners.size > 0 || ticker.timer === null) return
    clearInterval(ticker.timer)
    ticker.timer = null
  }
}

/** Milliseconds since the epoch, updated every `everyMs`, in sync across the page. */
export function useNow(everyMs: number): number {
  const listen = useCallback((listener: () => void) => subscribe(everyMs, listener), [everyMs])
  return useSyncExternalStore(listen, () => tickerOf(everyMs).now)
}

/** `12 s`, `3 min`, `2 h`, `9 d`: the elapsed time in its largest unit. */
export function age(since: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** Elapsed time since a moment. The title shows the absolute time. */
export function Age({ since }: { readonly since: string }) {
  const now = useNow(10_000)
  const moment = new Date(since)
  return (
    <time dateTime={since} title={absolute.format(moment)} className="tabular-nums">
      {age(moment.getTime(), now)}
    </time>
  )
}

/** A moment relative to now. The title shows the absolute time. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow(10_000)
  const moment = new Date(at)
  return (
    <time dateTime={at} title={absolute.format(moment)} className="tabular-nums">
      {ago(moment.getTime(), now)}
    </time>
  )
}
