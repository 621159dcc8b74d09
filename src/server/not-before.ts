import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TOKEN_DAYS } from '../contract/token-file.ts'
import { SESSION } from '../domain/access/session.ts'
import { subjectOf } from '../domain/access/token.ts'
import type { Clock } from '../domain/ports.ts'

/** Since when the sessions and tokens of a subject count. Survives a restart. */
export interface NotBefore {
  /** Credentials that were made then or earlier have ended. 0: none has. */
  of(subject: string): number
  /** Resolves when it is on disk. */
  set(subject: string, at: number): Promise<void>
}

/**
 * Kept in a file of `DATA_DIR`. A time is forgotten when every credential of before has expired.
 * @throws Error the file cannot be read or was changed by hand
 */
export async function openNotBefore(dataDir: string, clock: Clock): Promise<NotBefore> {
  const file = join(dataDir, 'not-before.json')
  const times = new Map(Object.entries(await read(file)))
  let writing = Promise.resolve()
  const save = async () => {
    const draft = `${file}.new`
    await writeFile(draft, JSON.stringify(Object.fromEntries(times)), { mode: 0o600, flush: true })
    await rename(draft, file)
  }
  return {
    of: (subject) => times.get(subject) ?? 0,
    set(subject, at) {
      for (const [known, since] of times) {
        if (since < clock.now() - lifeOf(known)) times.delete(known)
      }
      times.set(subject, at)
      writing = writing.catch(() => undefined).then(save)
      return writing
    },
  }
}

/** Times in milliseconds since the epoch, by subject. */
/** Milliseconds after which every credential of before has expired by itself. */
function lifeOf(subject: string): number {
  const most = subject.startsWith(subjectOf('')) ? TOKEN_DAYS * 86_400_000 : SESSION.mostMs
  return most + SESSION.leewayMs
}

async function read(file: string): Promise<Record<string, number>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
  try {
    const times = Object.entries(JSON.parse(text) as object)
    if (times.every(([, at]) => typeof at === 'number')) return Object.fromEntries(times)
  } catch {
    // Refused below.
  }
  throw new Error(`${file} is damaged; without it, credentials that were ended count again`)
}
