import { useEffect, useRef, useState } from 'react'

/**
 * Returns `value` once it has not changed for `quietMs`, and at least `apartMs` after the previous
 * one. This keeps live previews within their rate limit. Values are compared as JSON.
 */
export function usePaced<Value>(value: Value, quietMs: number, apartMs: number): Value {
  const [paced, setPaced] = useState(value)
  const lastAt = useRef(0)
  const text = JSON.stringify(value)
  useEffect(() => {
    const wait = Math.max(quietMs, lastAt.current + apartMs - performance.now())
    const timer = setTimeout(() => {
      lastAt.current = performance.now()
      setPaced(JSON.parse(text) as Value)
    }, wait)
    return () => clearTimeout(timer)
  }, [text, quietMs, apartMs])
  return paced
}
