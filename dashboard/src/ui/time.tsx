import { useEffect, useState } from 'react'

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

/** `3m ago`, `2d ago`; a moment ahead of this computer's clock counts as now. */
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

/** Milliseconds since the epoch, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** A moment as its distance from now; the absolute time is in its title. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow(10_000)
  const moment = new Date(at)
  return (
    <time dateTime={at} title={absolute.format(moment)} className="tabular-nums">
      {ago(moment.getTime(), now)}
    </time>
  )
}
