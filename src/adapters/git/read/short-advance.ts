import type { ObjectReader } from '../cache/object-reader.ts'
import { type Advance, isOutside, type ReadCommit, readCommit } from './commit-log.ts'
import type { Provenance } from './provenance.ts'

/**
 * Each commit is one read from the running cat-file process. Above this number one `git log` is
 * faster.
 */
const MOST_COMMITS = 32

/**
 * Like `advanceBetween`, but starts no process, because a writer in a race waits for it. Works only
 * if the history from `from` to `to` has at most 32 commits, each with one parent, and unproven
 * commits changed nothing below `stores/`.
 * @returns `touches` of the unproven commits only; `null`: the history is different and needs `git
 * log`
 * @throws ObjectReadError a damaged cache
 */
export async function shortAdvance(
  objects: ObjectReader,
  from: string,
  to: string,
  provenance: Provenance,
): Promise<Advance | null> {
  const way: Plain[] = []
  for (let id = to; id !== from;) {
    const object = way.length < MOST_COMMITS ? await objects.read(id) : null
    const plain = object?.type === 'commit' ? plainCommit(id, object.content) : null
    if (plain === null) return null
    way.unshift(plain)
    id = plain.parent
  }
  const judged = await provenance.judge(way.map(({ commit }) => commit))
  const outsiders = new Set(judged.filter(isOutside).map(({ id }) => id))
  const outside = way.filter(({ commit }) => outsiders.has(commit.id))
  const storesOf = async (id: string) => (await objects.info(`${id}:stores`))?.id
  const kept = await Promise.all(
    outside.map(async ({ commit, parent }) => {
      const [before, after] = await Promise.all([storesOf(parent), storesOf(commit.id)])
      return before === after
    }),
  )
  if (kept.includes(false)) return null
  return {
    commits: way.map(({ commit }) => commit),
    touches: new Map(outside.map(({ commit }) => [commit.id, []])),
    descends: true,
  }
}

interface Plain {
  readonly commit: ReadCommit
  readonly parent: string
}

/**
 * Parses the output of `git cat-file commit`: header lines, an empty line, the message.
 * @returns `null`: zero or several parents, another encoding, or a header that only git can
 * interpret
 */
function plainCommit(id: string, content: Buffer): Plain | null {
  const text = content.toString('utf8')
  const end = text.indexOf('\n\n')
  const header = text.slice(0, end)
  const parents = Array.from(header.matchAll(/^parent ([0-9a-f]+)$/gm), ([, parent]) => parent)
  const [parent] = parents
  const author = /^author ([^<\n]*?) ?<[^>\n]*> [0-9]+ [+-][0-9]{4}$/m.exec(header)?.[1]
  const seconds = /^committer [^<\n]*<[^>\n]*> ([0-9]{1,11}) [+-][0-9]{4}$/m.exec(header)?.[1]
  const plain = end >= 0 && parents.length === 1 && !/^encoding /m.test(header)
  if (!plain || parent === undefined || author === undefined || seconds === undefined) return null
  return { commit: readCommit(id, Number(seconds), author, text.slice(end + 2)), parent }
}
