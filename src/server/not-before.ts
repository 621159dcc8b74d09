import { join } from 'node:path'
import { TOKEN_DAYS } from '../contract/token-file.ts'
import { SESSION } from '../domain/access/session.ts'
import { subjectOf } from '../domain/access/token.ts'
import type { Clock } from '../domain/ports.ts'
import { textFile } from './text-file.ts'

const NAME = 'not-before.json'

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
  const file = textFile(dataDir, NAME)
  const times = new Map(Object.entries(timesIn(dataDir, (await file.read()) ?? '{}')))
  let writing = Promise.resolve()
  const save = () => file.write(JSON.stringify(Object.fromEntries(times)))
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

/** Milliseconds after which every credential of before has expired by itself. */
function lifeOf(subject: string): number {
  const most = subject.startsWith(subjectOf('')) ? TOKEN_DAYS * 86_400_000 : SESSION.mostMs
  return most + SESSION.leewayMs
}

/** Times in milliseconds since the epoch, by subject. */
function timesIn(dataDir: string, text: string): Record<string, number> {
  try {
    const times = Object.entries(JSON.parse(text) as object)
    if (times.every(([, at]) => typeof at === 'number')) return Object.fromEntries(times)
  } catch {
    // Refused below.
  }
  const file = join(dataDir, NAME)
  throw new Error(`${file} is damaged; without it, credentials that were ended count again`)
}
