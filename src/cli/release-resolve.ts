import { lstat, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { diffLines, printDiff } from '../domain/history/line-diff.ts'
import { isPlaceholder, pinValue, type ReleasePin, releasePins } from '../domain/release-pins.ts'
import { Failure } from './exit.ts'
import { printable } from './printable.ts'
import type { Looked } from './registry.ts'

export interface ResolveWords {
  /** Prints the diff and writes nothing. */
  readonly dryRun?: boolean
}

interface Talk {
  out(text: string): void
  err(text: string): void
}

/** Maximum number of parallel lookups. Registries limit requests per address. */
const AT_ONCE = 4

/**
 * Looks up every placeholder in platform.yaml of the clone at `root`. The file is replaced in one
 * step, and its comments and layout are kept. Existing digests are kept because stores may use
 * them. Prints the diff for a person to commit.
 * @throws Failure 1 if the file cannot be used or a lookup fails; then nothing is written
 */
export async function resolveRelease(root: string, words: ResolveWords, talk: Talk): Promise<void> {
  const path = join(root, 'platform.yaml')
  // Imported here because other commands need neither.
  const [{ platformOf }, { lookUp }] = await Promise.all([
    import('./render-clone.ts'),
    import('./registry.ts'),
  ])
  const { releases } = await platformOf(root)
  if ((await lstat(path)).isSymbolicLink())
    throw new Failure(1, `${path} is a link; give the clone that holds the file itself`)
  const before = await readFile(path, 'utf8')
  const pins = releasePins(releases).filter(isPlaceholder)
  if (pins.length === 0) {
    talk.err(`nothing to do: every digest and checksum of ${path} is set\n`)
    return
  }
  const found = await lookUpAll(pins, lookUp, talk)
  const after = await edited(before, pins, found)
  talk.out(printDiff(diffLines(before, after)))
  if (words.dryRun === true) {
    talk.err(`${pins.length} to be written to ${path}; run again without --dry-run\n`)
    return
  }
  await replaceFile(path, before, after)
  talk.err(
    `${pins.length} written to ${path}. Check the difference, then commit it:\n  git -C ${root} commit -m "chore(platform): set the digests of the release" platform.yaml\n`,
  )
}

/**
 * Returns the value found for each pointer. Each source is looked up once.
 * @throws Failure 1 with every problem
 */
async function lookUpAll(
  pins: readonly ReleasePin[],
  lookUp: (pin: ReleasePin, signal: AbortSignal) => Promise<Looked>,
  talk: Talk,
): Promise<ReadonlyMap<string, string>> {
  const bySource = Map.groupBy(pins, ({ source }) => source)
  const waiting = [...bySource.values()]
  const found = new Map<string, string>()
  const problems: string[] = []
  const signal = AbortSignal.timeout(900_000)
  const work = async () => {
    for (let same = waiting.shift(); same !== undefined; same = waiting.shift()) {
      const [first] = same
      if (first === undefined) continue
      const looked = await lookUp(first, signal)
      if ('problem' in looked) {
        const places = same.map(({ pointer }) => pointer).join(', ')
        problems.push(`${first.source} (${places}): ${looked.problem}\n  -> ${looked.next}`)
        continue
      }
      talk.err(printable(`${first.source}  ${looked.sha256.slice(0, 12)}  ${looked.note}`) + '\n')
      for (const { pointer } of same) found.set(pointer, looked.sha256)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (problems.length > 0) {
    throw new Failure(
      1,
      `${problems.toSorted().join('\n')}\nNothing was written: ${problems.length} of ${bySource.size} could not be looked up.`,
    )
  }
  return found
}

/** Returns the text with the new values. @throws Failure 1 if it does not parse back to them */
async function edited(
  before: string,
  pins: readonly ReleasePin[],
  found: ReadonlyMap<string, string>,
): Promise<string> {
  const [{ replaceValues }, { parsePlatformFile }] = await Promise.all([
    import('../repo-files/edit-values.ts'),
    import('../repo-files/platform-file.ts'),
  ])
  const valuesOf = (sum: (pin: ReleasePin) => string) =>
    new Map(pins.map((pin) => [pin.pointer, pinValue(pin, sum(pin))]))
  const wanted = valuesOf(({ pointer }) => found.get(pointer) ?? '')
  let after: string
  try {
    after = replaceValues(
      before,
      wanted,
      valuesOf(({ sha256 }) => sha256),
    )
  } catch (error) {
    throw new Failure(1, `platform.yaml: ${error instanceof Error ? error.message : ''}`)
  }
  const { value } = parsePlatformFile(after)
  const now = new Map(releasePins(value?.releases ?? {}).map((pin) => [pin.pointer, pin.sha256]))
  if (pins.every(({ pointer }) => now.get(pointer) === found.get(pointer))) return after
  throw new Failure(1, 'platform.yaml would not hold what was found; write the digests by hand')
}

/**
 * Writes a file beside it and renames it, so that the file is never half written.
 * @throws Failure 1
 */
async function replaceFile(path: string, before: string, after: string): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`
  const { mode } = await lstat(path)
  try {
    const file = await open(beside, 'wx', mode)
    try {
      await file.writeFile(after)
      await file.sync()
    } finally {
      await file.close()
    }
    if ((await readFile(path, 'utf8')) !== before)
      throw new Failure(1, `${path} was changed meanwhile; nothing was written, run it again`)
    await rename(beside, path)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(
      1,
      `${path} cannot be written: ${error instanceof Error ? error.message : ''}`,
    )
  } finally {
    await rm(beside, { force: true })
  }
}
