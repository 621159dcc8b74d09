import type { Diff, FileDiff, Hunk } from '../../contract/diff.ts'
import { intentFirst } from '../file-cap.ts'
import { type DiffLine, diffLines } from './line-diff.ts'

/** Most characters of hunks in one response. Files beyond it have line counts but no hunks. */
const MOST = 512 * 1024
const CONTEXT = 3

/** Text of files by path, in any order. */
type Texts = ReadonlyMap<string, string>

/** Diff from `before` to `after`: store.yaml and app.json first, then by path. Equal files are left out. */
export function diffOf(before: Texts, after: Texts): Pick<Diff, 'files' | 'truncated'> {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort(intentFirst)
  let room = MOST
  let truncated = false
  const files: FileDiff[] = []
  for (const path of paths) {
    const [old, now] = [before.get(path), after.get(path)]
    if (old === now) continue
    const lines = diffLines(old ?? '', now ?? '')
    const count = (mark: DiffLine['mark']) => lines.filter((line) => line.mark === mark).length
    const hunks = hunksOf(lines)
    const size = hunks.flatMap((hunk) => hunk.lines).reduce((sum, line) => sum + line.length + 1, 0)
    const fits = size <= room
    if (fits) room -= size
    else truncated = true
    const sums = { additions: count('+'), deletions: count('-') }
    files.push({ path, kind: kindOf(path), ...sums, hunks: fits ? hunks : [] })
  }
  return { files, truncated }
}

function kindOf(path: string): FileDiff['kind'] {
  if (path === 'store.yaml') return 'intent'
  return path === 'app.json' ? 'app' : 'manifest'
}

/** Changed lines with {@link CONTEXT} lines around them, numbered as git numbers them. */
function hunksOf(lines: readonly DiffLine[]): Hunk[] {
  const near = new Set<number>()
  lines.forEach(({ mark }, at) => {
    if (mark === ' ') return
    for (let n = at - CONTEXT; n <= at + CONTEXT; n += 1) near.add(n)
  })
  const hunks: Hunk[] = []
  let [old, now] = [0, 0]
  let open: DiffLine[] = []
  const close = () => {
    if (open.length > 0) hunks.push(hunkOf(open, old, now))
    open = []
  }
  lines.forEach((line, at) => {
    if (near.has(at)) open.push(line)
    else close()
    if (line.mark !== '+') old += 1
    if (line.mark !== '-') now += 1
  })
  close()
  return hunks
}

/** @param old number of old lines up to the end of the hunk; `now` is the same for new lines */
function hunkOf(lines: readonly DiffLine[], old: number, now: number): Hunk {
  const oldLines = lines.filter(({ mark }) => mark !== '+').length
  const newLines = lines.filter(({ mark }) => mark !== '-').length
  // Git numbers an empty side by the line before it.
  const start = (end: number, count: number) => end - count + (count === 0 ? 0 : 1)
  return {
    oldStart: start(old, oldLines),
    oldLines,
    newStart: start(now, newLines),
    newLines,
    lines: lines.map(({ mark, text }) => `${mark}${text}`),
  }
}
