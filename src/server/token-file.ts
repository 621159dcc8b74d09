import { createHash, timingSafeEqual } from 'node:crypto'
import { unwatchFile, watchFile } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { TokenFile, type TokenRow } from '../contract/token-file.ts'
import { tokenIdOf } from '../domain/access/token.ts'
import type { Log } from '../domain/ports.ts'

/** Milliseconds between looks at the file. Kubernetes replaces a mounted file by a new link. */
const LOOK_MS = 2000

/** The tokens of a file, which is read again when it changes. */
export interface Tokens {
  /** The row of a token; `null`: it is unknown. Takes the same time for an unknown id. */
  verify(token: string): TokenRow | null
  /** Every row, sorted by id. */
  rows(): readonly TokenRow[]
  /** The row as the file holds it now. */
  row(id: string): TokenRow | null
  close(): void
}

/**
 * Opens a token file. If a later version cannot be read, the one before stays in use.
 * @throws Error the file cannot be read, is readable by others, or holds a bad row
 */
export async function openTokens(path: string, log: Log): Promise<Tokens> {
  let rows = await readTokens(path)
  const reload = () => {
    readTokens(path).then(
      (read) => {
        rows = read
        log.info('the tokens were read again', { count: read.size })
      },
      (error: unknown) => log.error('the tokens cannot be read again', { err: error }),
    )
  }
  watchFile(path, { interval: LOOK_MS, persistent: false }, reload)
  return {
    verify(token) {
      const given = digest(token)
      const row = rows.get(tokenIdOf(token) ?? '')
      const isSame = timingSafeEqual(given, Buffer.from(row?.sha256 ?? UNKNOWN, 'hex'))
      return row !== undefined && isSame ? row : null
    },
    rows: () => [...rows.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    row: (id) => rows.get(id) ?? null,
    close: () => unwatchFile(path, reload),
  }
}

/** Compared with an unknown token. No token has this digest. */
const UNKNOWN = '0'.repeat(64)

/** @throws Error one sentence that names what is wrong and what to do */
export async function readTokens(path: string): Promise<ReadonlyMap<string, TokenRow>> {
  const { mode } = await stat(path).catch((cause: unknown) => {
    throw new Error(`${path} cannot be read; create it with storectl token create`, { cause })
  })
  if ((mode & 0o007) !== 0) {
    throw new Error(`${path} is readable by everyone on this machine; run chmod 600 ${path}`)
  }
  let document: unknown
  try {
    document = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new Error(`${path} is not valid JSON`, { cause })
  }
  const { data, error } = TokenFile.safeParse(document)
  if (data !== undefined) return new Map(data.map((row) => [row.id, row]))
  const [issue] = error.issues
  const at = issue?.path.length === 0 ? '' : ` at ${issue?.path.join('.')}`
  throw new Error(`${path} holds a bad row${at}: ${issue?.message ?? ''}`)
}

/** SHA-256 of a token. */
export function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
