import { compact } from '../../../domain/compact.ts'
import { objectFormatOf } from '../../../domain/object-format.ts'
import { type GitProcessProfile, runGit } from '../process/git.ts'
import { FLUSH, pktLine, ProtocolError, takeBands, takeLine } from '../process/pkt-line.ts'
import { HttpError, type HttpRemote } from './http-remote.ts'

/**
 * Limit for a pack held in memory. Larger packs are fetched by `git fetch`, which streams them to
 * disk.
 */
const PACK_BYTES = 33_554_432
const NEEDED = ['ofs-delta', 'thin-pack', 'side-band-64k', 'no-progress']

/**
 * Fetches the commits since `known` into the cache over an open connection. Requests one branch
 * only and starts no process except `git index-pack`, and none at all if the branch did not move.
 * Writes no ref; the caller remembers the head.
 * Source: gitprotocol-pack(5), "Uploading Packs", with one `have` and `done` at once.
 * @param known a commit of the branch that the cache holds with its history
 * @returns the head; `null`: the caller must run `git fetch`, which either succeeds or reports the
 * error
 * @throws HttpError `timeout`, `aborted`
 */
export async function fetchDirectly(
  profile: GitProcessProfile,
  remote: HttpRemote,
  known: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string | null> {
  const authorization = profile.environment['STORES_REPO_AUTH']
  const service = 'git-upload-pack'
  try {
    const told = await remote.advertised(service, authorization, timeoutMs, signal)
    const head = told?.refs.get(`refs/heads/${profile.branch}`)
    if (told === null || head === undefined || head === known) return head ?? null
    const format = `object-format=${objectFormatOf(known)}`
    const { capabilities } = told
    if (!capabilities.has(format) && format !== 'object-format=sha1') return null
    if (!NEEDED.every((word) => capabilities.has(word))) return null
    const words = [...NEEDED, ...(capabilities.has(format) ? [format] : [])].join(' ')
    const body = Buffer.concat([
      pktLine(`want ${head} ${words}\n`),
      FLUSH,
      pktLine(`have ${known}\n`),
      pktLine('done\n'),
    ])
    const reply = await remote.post(service, body, authorization, timeoutMs, PACK_BYTES, signal)
    if (reply.status !== 200) return null
    const { line, rest } = takeLine(reply.body)
    if (line?.toString('utf8').trim() !== `ACK ${known}`) return null
    const { data, fatal } = takeBands(rest)
    if (fatal !== '') return null
    return (await keep(profile, data, timeoutMs, signal)) ? head : null
  } catch (error) {
    if (error instanceof ProtocolError) return null
    const passes = error instanceof HttpError && !['timeout', 'aborted'].includes(error.why)
    if (passes) return null
    throw error
  }
}

/** Verifies every object and stores the pack in the repository. */
async function keep(
  profile: GitProcessProfile,
  pack: Buffer,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  if (pack.toString('latin1', 0, 4) !== 'PACK' || pack.length < 12) return false
  // An empty pack: the branch was reset to a commit that the cache holds.
  if (pack.readUInt32BE(8) === 0) return true
  const exit = await runGit(profile, ['index-pack', '--stdin', '--fix-thin', '--strict'], {
    input: pack,
    timeoutMs,
    ...compact({ signal }),
  })
  return exit.exitCode === 0
}
