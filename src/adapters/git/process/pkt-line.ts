/**
 * Lines of git's wire protocol: four hexadecimal digits of length, which include themselves, then
 * the bytes. `0000` ends a section.
 * Source: gitprotocol-common(5), gitprotocol-pack(5).
 */

/** The peer violates git's wire protocol. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

export const FLUSH = Buffer.from('0000')

const LONGEST = 65_520

/** @throws ProtocolError the text is longer than a line may be */
export function pktLine(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  const length = bytes.length + 4
  if (length > LONGEST) throw new ProtocolError('a line is too long')
  return Buffer.concat([Buffer.from(length.toString(16).padStart(4, '0')), bytes])
}

/**
 * Takes one line from the front of `bytes`.
 * @returns the line's bytes, `null` for a flush, and the remaining bytes
 * @throws ProtocolError
 */
export function takeLine(bytes: Buffer): { line: Buffer | null; rest: Buffer } {
  const digits = bytes.toString('latin1', 0, 4)
  if (!/^[0-9a-f]{4}$/i.test(digits)) throw new ProtocolError('no length where a line begins')
  const length = Number.parseInt(digits, 16)
  if (length === 0) return { line: null, rest: bytes.subarray(4) }
  if (length < 4 || length > bytes.length) throw new ProtocolError('a line ends early')
  return { line: bytes.subarray(4, length), rest: bytes.subarray(length) }
}

/** Takes the lines up to the next flush, without line ends. @throws ProtocolError no flush */
export function takeSection(bytes: Buffer): { lines: readonly string[]; rest: Buffer } {
  const lines: string[] = []
  let rest = bytes
  for (;;) {
    const taken = takeLine(rest)
    rest = taken.rest
    if (taken.line === null) return { lines, rest }
    lines.push(taken.line.toString('utf8').replace(/\n$/, ''))
  }
}

/** Content of each band of `side-band-64k`. */
export interface Bands {
  readonly data: Buffer
  /** Messages for people, which `git` prints after `remote: `. */
  readonly progress: string
  /** Message of a fatal error of the peer; `''` if there was none. */
  readonly fatal: string
}

/** @throws ProtocolError */
export function takeBands(bytes: Buffer): Bands {
  const bands: [Buffer[], Buffer[], Buffer[]] = [[], [], []]
  let rest = bytes
  while (rest.length > 0) {
    const taken = takeLine(rest)
    rest = taken.rest
    if (taken.line === null) break
    const band = bands[(taken.line[0] ?? 0) - 1]
    if (band === undefined) throw new ProtocolError('an unknown band')
    band.push(taken.line.subarray(1))
  }
  const [data, progress, fatal] = bands.map((chunks) => Buffer.concat(chunks))
  return {
    data: data ?? Buffer.alloc(0),
    progress: progress?.toString('utf8') ?? '',
    fatal: fatal?.toString('utf8') ?? '',
  }
}
