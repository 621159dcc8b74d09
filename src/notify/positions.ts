import type { Log } from '../domain/ports.ts'
import type { Position, Positions } from './ports.ts'

/** Where one text is kept. */
interface TextPlace {
  /** `null` if there is none. */
  read(): Promise<string | null>
  write(text: string): Promise<void>
}

export interface PositionsOptions {
  readonly file: TextPlace
  /** The position of all servers; `null`: there is one server. */
  readonly shared: TextPlace | null
  readonly log: Log
}

/**
 * The position in a file, and in a shared place if there is one. The shared one counts, and the
 * file keeps a copy for the case that it is lost.
 */
export function openPositions({ file, shared, log }: PositionsOptions): Positions {
  let copied: string | null = null
  const copy = async (text: string) => {
    if (text !== copied) await file.write(text)
    copied = text
  }
  const readOf = async (place: TextPlace): Promise<Position | null> => {
    const text = await place.read()
    const position = text === null ? null : parse(text)
    if (text !== null && position === null) log.warn('the position of the events is damaged')
    return position
  }
  return {
    async read() {
      const known = shared === null ? null : await readOf(shared)
      if (known === null) return readOf(file)
      await copy(JSON.stringify(known))
      return known
    },
    async write(position) {
      const text = JSON.stringify(position)
      await shared?.write(text)
      await copy(text)
    },
  }
}

const COMMIT = /^(?:[0-9a-f]{64}|[0-9a-f]{40})$/

function parse(text: string): Position | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { after, to, sent } = value as Record<string, unknown>
  const isCommit = (id: unknown) => typeof id === 'string' && COMMIT.test(id)
  if (!isCommit(after) || !isCommit(to) || !(sent === null || isCommit(sent))) return null
  return { after, to, sent } as Position
}
