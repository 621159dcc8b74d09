import { type Clone, openClone } from '../adapters/git/read/clone-reader.ts'
import { Failure } from './exit.ts'

/** Opens the clone at `path` for reading. @throws Failure 2 if there is none */
export async function cloneAt(path: string): Promise<Clone> {
  const clone = await openClone(path)
  if (clone !== null) return clone
  throw new Failure(
    2,
    `${path} is no clone of a Git repository.\nGive the path of a clone of the stores repo.`,
  )
}
