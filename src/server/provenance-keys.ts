import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { newKeyRing, openKeyRing } from '../adapters/secrets/key-ring.ts'
import type { Log } from '../domain/ports.ts'
import type { KeyRing } from '../domain/provenance.ts'
import type { Config } from './config.ts'

type KeyConfig = Pick<Config, 'provenanceKeys' | 'dataDir' | 'storesRepoUrl'>

/** Path of the key ring in `DATA_DIR`, used if no setting provides one. */
export function keyFileIn(dataDir: string): string {
  return join(resolve(dataDir), 'provenance-keys')
}

/**
 * Returns the key ring of `PROVENANCE_KEYS`, or else the one in `DATA_DIR`, which is created if
 * missing.
 * @throws Error one sentence, if the file cannot be used
 */
export async function openKeys(config: KeyConfig, log: Log): Promise<KeyRing> {
  return openKeyRing(await keyRingText(config, log))
}

/** The text of that key ring. @throws Error one sentence, if the file cannot be used */
export async function keyRingText(config: KeyConfig, log: Log): Promise<string> {
  if (config.provenanceKeys !== null) return config.provenanceKeys
  const file = keyFileIn(config.dataDir)
  const text = (await textOf(file)) ?? (await makeKeys(file, log))
  if (config.storesRepoUrl !== null) {
    log.warn(
      'PROVENANCE_KEYS is not set: the keys in DATA_DIR prove which commits are ours. Another server of this repository needs the same keys',
      { detail: file },
    )
  }
  const problem = ringProblem(file, text)
  if (problem !== null) throw problem
  return text
}

/**
 * Why the key ring in `DATA_DIR` cannot be used. `null`: it can, it does not exist yet, or a setting
 * provides the keys. Changes nothing.
 */
export async function storedKeysProblem(config: KeyConfig): Promise<string | null> {
  if (config.provenanceKeys !== null) return null
  const file = keyFileIn(config.dataDir)
  try {
    return ringProblem(file, await readFile(file, 'utf8'))?.message ?? null
  } catch (error) {
    // ENOTDIR is a problem of DATA_DIR, not of the keys.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
    return `${file} cannot be read (${String(codeOf(error))})`
  }
}

function ringProblem(file: string, text: string): Error | null {
  try {
    openKeyRing(text)
    return null
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    return new Error(`${file} cannot be used as a key ring: ${why}`, { cause: error })
  }
}

/**
 * If two processes start at the same time, both use one ring, because link(2) fails if the name
 * exists.
 */
async function makeKeys(file: string, log: Log): Promise<string> {
  await mkdir(resolve(file, '../..'), { recursive: true })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(draft, newKeyRing(), { mode: 0o600, flag: 'wx' })
    await link(draft, file)
    log.info('made keys that prove which commits are ours; back them up', { detail: file })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
  return readFile(file, 'utf8')
}

/**
 * Returns `null` if the file does not exist. Restores the mode 0600, which a restore from a backup
 * may have loosened.
 */
async function textOf(file: string): Promise<string | null> {
  try {
    const text = await readFile(file, 'utf8')
    await chmod(file, 0o600)
    return text
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
