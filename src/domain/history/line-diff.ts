/** One line of a diff: `-` is only before, `+` only after, ` ` in both. */
export interface DiffLine {
  readonly mark: '-' | '+' | ' '
  readonly text: string
}

/** Largest table, which is two files of 1,000 changed lines. Beyond it, all changed lines are replaced as a block. */
const MAX_CELLS = 1_000_000

/** Line diff from `before` to `after` by longest common subsequence. Equal lines at both ends bypass the table. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1
  let tail = 0
  const room = Math.min(old.length, now.length) - head
  while (tail < room && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1
  const same = (lines: readonly string[]) => lines.map((text) => ({ mark: ' ', text }) as const)
  return [
    ...same(old.slice(0, head)),
    ...middle(old.slice(head, old.length - tail), now.slice(head, now.length - tail)),
    ...same(old.slice(old.length - tail)),
  ]
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function middle(old: readonly string[], now: readonly string[]): DiffLine[] {
  const removed = (text: string): DiffLine => ({ mark: '-', text })
  const added = (text: string): DiffLine => ({ mark: '+', text })
  if (old.length * now.length > MAX_CELLS) return [...old.map(removed), ...now.map(added)]
  const common = commonTable(old, now)
  const lines: DiffLine[] = []
  let [at, to] = [0, 0]
  while (at < old.length && to < now.length) {
    if (old[at] === now[to]) {
      lines.push({ mark: ' ', text: old[at] ?? '' })
      at += 1
      to += 1
    } else if ((common[at + 1]?.[to] ?? 0) >= (common[at]?.[to + 1] ?? 0)) {
      lines.push(removed(old[at] ?? ''))
      at += 1
    } else {
      lines.push(added(now[to] ?? ''))
      to += 1
    }
  }
  return [...lines, ...old.slice(at).map(removed), ...now.slice(to).map(added)]
}

/** `[i][j]`: length of the longest common subsequence of `old` from i and `now` from j. */
function commonTable(old: readonly string[], now: readonly string[]): readonly Uint32Array[] {
  const table = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1))
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const [row, next] = [table[i], table[i + 1]]
    if (row === undefined || next === undefined) continue
    for (let j = now.length - 1; j >= 0; j -= 1) {
      row[j] = old[i] === now[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return table
}

/** Prints changed lines with `context` lines around them, and gaps as `@@`. Returns `''` if nothing changed. */
export function printDiff(lines: readonly DiffLine[], context = 3): string {
  const near = (at: number) =>
    lines.slice(Math.max(0, at - context), at + context + 1).some(({ mark }) => mark !== ' ')
  const shown: string[] = []
  let gap = false
  lines.forEach(({ mark, text }, at) => {
    if (!near(at)) {
      gap = true
      return
    }
    if (gap) shown.push('@@')
    gap = false
    shown.push(`${mark}${text}`)
  })
  return shown.length === 0 ? '' : `${shown.join('\n')}\n`
}
