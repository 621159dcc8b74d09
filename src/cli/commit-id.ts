import type { Client } from './client.ts'
import { Failure } from './exit.ts'
import { historyPages } from './history-pages.ts'
import { printable } from './printable.ts'

const FULL = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
/** The minimum length of git's own abbreviations. */
const MIN_DIGITS = 7

/**
 * Expands commit ids that are abbreviated to 7 or more digits, by the history of the store. `HEAD`,
 * full ids and `undefined` are returned unchanged.
 * @throws Failure 2 if an id is too short, not hexadecimal or ambiguous; 3 if it is not in the
 * history
 */
export async function commitIds(
  client: Client,
  name: string,
  given: readonly (string | undefined)[],
): Promise<(string | undefined)[]> {
  const isFinal = (id: string | undefined) => id === undefined || id === 'HEAD' || FULL.test(id)
  if (given.every(isFinal)) return [...given]
  for (const id of given) if (id !== undefined && !isFinal(id)) requireShort(id)
  const changes = await historyPages(client, 'storeHistory', { name }, {}, Infinity, 200)
  const known = changes.map(({ commit }) => commit)
  return given.map((id) => (id === undefined || isFinal(id) ? id : onlyMatch(id, known, name)))
}

function requireShort(id: string): void {
  if (/^[0-9a-f]+$/.test(id) && id.length >= MIN_DIGITS) return
  throw new Failure(
    2,
    `${printable(id)} is not a commit id. Give at least ${MIN_DIGITS} hexadecimal digits, as storectl history prints them.`,
  )
}

function onlyMatch(id: string, known: readonly string[], name: string): string {
  const [match, ...others] = known.filter((commit) => commit.startsWith(id))
  if (match === undefined) {
    throw new Failure(
      3,
      `The history of ${name} has no commit ${id}. See storectl history ${name}.`,
    )
  }
  if (others.length === 0) return match
  throw new Failure(2, `${id} is ambiguous: ${[match, ...others].join(', ')}. Give more digits.`)
}
