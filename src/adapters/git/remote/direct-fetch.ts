import { objectFormatOf } from '../../../domain/object-format.ts'
import { type Advertisement, HttpError, type HttpRemote } from './http-remote.ts'
import { FLUSH, pktLine, ProtocolError, takeBands, takeLine } from '../process/pkt-line.ts'
import { type GitProcessProfile, runGit } from '../process/plumbing.ts'

/** More than this is a clone's worth of news: git streams it to the disk. */
const PACK_BYTES = 33_554_432
const NEEDED = ['ofs-delta', 'thin-pack', 'side-band-64k', 'no-progress']

/**
 * Brings what the branch gained since `known` into the cache, as `git fetch` does, but asks for one branch only, on an open
 * connection, and starts `git index-pack` alone, and nothing at all when the branch did not move. No ref is written: whoever
 * believes the head remembers it. Source: gitprotocol-pack(5), "Uploading Packs", with one `have` and `done` at once.
 * @param known a commit of the branch that the cache holds with its history
 * @param heard what the remote told a moment ago: it is not asked again
 * @returns the head; `null`: git itself has to find out why not, or do it
 * @throws HttpError `timeout`, `aborted`
 */
export async function fetchDirectly(
  profile: GitProcessProfile,
  remote: HttpRemote,
  known: string,
  timeoutMs: number,
  signal?: AbortSignal,
  heard: Advertisement | null = null,
): Promise<string | null> {
  const authorization = profile.environment['STORES_REPO_AUTH']
  const service = 'git-upload-pack'
  try {
    const told = heard ?? (await remote.advertised(service, authorization, timeoutMs, signal))
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

/** Checks every object and puts the pack among the others. */
async function keep(
  profile: GitProcessProfile,
  pack: Buffer,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  if (pack.toString('latin1', 0, 4) !== 'PACK' || pack.length < 12) return false
  // The branch went back to a commit that is here.
  if (pack.readUInt32BE(8) === 0) return true
  const exit = await runGit(profile, ['index-pack', '--stdin', '--fix-thin', '--strict'], {
    input: pack,
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  })
  return exit.exitCode === 0
}
