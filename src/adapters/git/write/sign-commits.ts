import { compact } from '../../../domain/compact.ts'
import type { Cache } from '../cache/cache.ts'
import { isObjectId } from '../process/argv.ts'
import { runGit } from '../process/git.ts'
import { type Author, ident } from './fast-import.ts'

/** The signing key or the signing program failed; nothing was published. */
export class SigningError extends Error {
  override readonly name = 'SigningError'
}

const SIGN_MS = 15_000

/**
 * Creates signed commits on top of `base`, one process after another, because each commit contains
 * the id of its parent.
 * fast-import cannot sign; since git 2.50 it only accepts signatures made elsewhere.
 * @param atSeconds author's and committer's time, seconds since the Unix epoch
 * @param imported unsigned commits with the same trees, one for each message
 * @returns ids in the order of `messages`
 * @throws SigningError, ObjectReadError
 */
export async function signCommits(
  { profile, objects }: Pick<Cache, 'profile' | 'objects'>,
  base: string,
  imported: readonly string[],
  messages: readonly { readonly message: string }[],
  author: Author,
  atSeconds: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const [name, email, date] = [ident(author.name), ident(author.email), `@${atSeconds} +0000`]
  const person = {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  }
  const signer = { ...profile, environment: { ...profile.environment, ...person } }
  const ids: string[] = []
  const trees = await Promise.all(imported.map((id) => objects.info(`${id}^{tree}`)))
  for (const [n, { message }] of messages.entries()) {
    const tree = trees[n]?.id ?? ''
    const words = ['commit-tree', '-S', '-p', ids.at(-1) ?? base, tree]
    const run = { input: message, timeoutMs: SIGN_MS, ...compact({ signal }) }
    const exit = await runGit(signer, words, run)
    const id = exit.stdout.toString('utf8').trim()
    if (exit.exitCode !== 0 || !isObjectId(id)) throw new SigningError(exit.stderr.trim())
    ids.push(id)
  }
  return ids
}
