import { useEffect, useState } from 'react'

/** Grey placeholder rows. Hidden for the first 150 ms, so that fast responses do not flicker. */
export function Skeleton({ rows, label }: { readonly rows: number; readonly label: string }) {
  const [visible, setVisible] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setVisible(true), 150)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" className="grid gap-2">
      <span className="sr-only">{label}</span>
      {visible &&
        Array.from({ length: rows }, (_, row) => (
          <div key={row} aria-hidden className="h-10 rounded-md bg-raised" />
        ))}
    </div>
  )
}
