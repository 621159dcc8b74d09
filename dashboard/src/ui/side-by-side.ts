import type { Hunk } from '@storewright/contract/diff.ts'

/** One line of one version: its number from 1, and its text without the sign. */
export interface Side {
  readonly number: number
  readonly text: string
}

/** A row with both versions. `null` if one side is empty. */
export interface PairedLine {
  readonly before: Side | null
  readonly after: Side | null
  readonly same: boolean
}

/** Lines of a hunk in two columns, with removed lines next to their replacements, in file order. */
export function sideBySide({ oldStart, newStart, lines }: Hunk): PairedLine[] {
  const rows: PairedLine[] = []
  let [old, now] = [oldStart, newStart]
  let removed: Side[] = []
  let added: Side[] = []
  const flush = () => {
    const height = Math.max(removed.length, added.length)
    for (let n = 0; n < height; n += 1) {
      rows.push({ before: removed[n] ?? null, after: added[n] ?? null, same: false })
    }
    removed = []
    added = []
  }
  for (const line of lines) {
    const text = line.slice(1)
    if (line.startsWith('-')) removed.push({ number: old++, text })
    else if (line.startsWith('+')) added.push({ number: now++, text })
    else {
      flush()
      rows.push({
        before: { number: old++, text },
        after: { number: now++, text },
        same: true,
      })
    }
  }
  flush()
  return rows
}
