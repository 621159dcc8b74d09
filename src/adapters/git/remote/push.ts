import { compact } from '../../../domain/compact.ts'
import { objectFormatOf } from '../../../domain/object-format.ts'
import { type GitExit, type GitProcessProfile, runGit } from '../process/git.ts'
import { FLUSH, pktLine, ProtocolError, takeBands, takeSection } from '../process/pkt-line.ts'
import { type Advertisement, HttpError, type HttpRemote, type Reply } from './http-remote.ts'
import { classifyPush, type PushOutcome } from './push-outcome.ts'

const PUSH_MS = 15_000
const ASK_MS = 10_000
const PACK_MS = 10_000
const RESULT_BYTES = 1_048_576
const NEEDED = ['report-status', 'side-band-64k', 'quiet']

/** Where to push; `http` is `null` if the remote is not reached by HTTP. */
export interface PushTarget {
  readonly profile: GitProcessProfile
  readonly authOptions: readonly string[]
  readonly http: HttpRemote | null
}

/**
 * Moves the remote's branch from `base` to `head` if it still is at `base`. The lease is a
 * compare-and-swap and cannot rewrite history, because `head` descends from `base`. A plain push
 * would re-create a deleted branch and overwrite one that was reset to an older commit. On HTTP
 * this process pushes directly where it can; every other push uses `git push`.
 * @param signal kills the process group
 * @param pack pack of these commits, if there is one; it may depend on objects that the remote
 * lacks
 */
export async function pushCommits(
  { profile, authOptions, http }: PushTarget,
  base: string,
  head: string,
  signal?: AbortSignal,
  pack?: Promise<Buffer | null>,
): Promise<PushOutcome & { readonly stderr: string }> {
  const direct =
    http === null ? null : await pushDirectly(profile, http, base, head, PUSH_MS, signal, pack)
  if (direct !== null) return { ...classifyPush(direct), stderr: direct.stderr }
  const branch = `refs/heads/${profile.branch}`
  const lease = `--force-with-lease=${branch}:${base}`
  const words = ['push', '--porcelain', '--no-verify', '--no-signed', lease, 'origin']
  const exit = await runGit(profile, [...authOptions, ...words, `${head}:${branch}`], {
    timeoutMs: PUSH_MS,
    stallMs: PUSH_MS,
    ...compact({ signal }),
  })
  return { ...classifyPush(exit), stderr: exit.stderr }
}

/**
 * Moves the remote's branch from `base` to `head` like `git push --porcelain --force-with-lease`,
 * but starts at most `git pack-objects`. The request carries the old value of the branch, so the
 * remote compares and swaps. The result has the form of git's own output, so one function
 * classifies both.
 * Source: gitprotocol-pack(5), "Pushing Data To a Server".
 * @param given a pack of these commits; if the remote lacks objects that it depends on, git packs
 * them again
 * @returns `null`: nothing was sent, and the caller must run `git push`, which either succeeds or
 * reports the error
 */
async function pushDirectly(
  profile: GitProcessProfile,
  remote: HttpRemote,
  base: string,
  head: string,
  timeoutMs: number,
  signal?: AbortSignal,
  given?: Promise<Buffer | null>,
): Promise<GitExit | null> {
  const authorization = profile.environment['STORES_REPO_AUTH']
  const began = performance.now()
  const branch = `refs/heads/${profile.branch}`
  const own = (await given) ?? null
  const packing = own ?? packOf(profile, base, head, signal)
  // After a recent exchange the advertisement is skipped, because the remote compares the old value
  // in any case.
  const known = remote.recent('git-receive-pack')
  const told =
    known === null
      ? await ask(remote, authorization, signal)
      : { refs: new Map([[branch, base]]), capabilities: known }
  if (told === null) return null
  if ('killed' in told) return told
  if (!speaksOurs(told, head)) return null
  if (told.refs.get(branch) !== base) return rejected(`${head}:${branch}`, 'rejected', 'stale info')
  const format = `object-format=${objectFormatOf(head)}`
  const asked = [...NEEDED, ...(told.capabilities.has(format) ? [format] : [])].join(' ')
  const words = `${base} ${head} ${branch}\0 ${asked}`
  const send = async (pack: Buffer | null): Promise<GitExit | null> => {
    if (pack === null) return null
    const body = Buffer.concat([pktLine(words), FLUSH, pack])
    const left = Math.max(1, Math.ceil(timeoutMs - (performance.now() - began)))
    try {
      const service = 'git-receive-pack'
      const reply = await remote.post(service, body, authorization, left, RESULT_BYTES, signal)
      return exitOf(reply, head, branch)
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      return error.why === 'unreached' ? null : unanswered(error)
    }
  }
  const sent = await send(await packing)
  const again = own !== null && sent !== null && lacksObjects(sent)
  return again ? send(await packOf(profile, base, head, signal)) : sent
}

/** Source: git receive-pack.c, its own connectivity check and the object check of index-pack. */
function lacksObjects({ stdout }: GitExit): boolean {
  return /\[remote rejected\] \((?:missing necessary objects|unpacker error)\)/.test(
    stdout.toString('utf8'),
  )
}

/**
 * Packs the objects that `head` needs and `base` lacks.
 * @returns `null`: `git pack-objects` failed
 */
async function packOf(
  profile: GitProcessProfile,
  base: string,
  head: string,
  signal?: AbortSignal,
): Promise<Buffer | null> {
  const words = ['pack-objects', '--revs', '--thin', '--delta-base-offset', '--stdout', '--quiet']
  const exit = await runGit(profile, words, {
    input: `${head}\n^${base}\n`,
    timeoutMs: PACK_MS,
    ...compact({ signal }),
  })
  return exit.exitCode === 0 ? exit.stdout : null
}

async function ask(
  remote: HttpRemote,
  authorization: string | undefined,
  signal?: AbortSignal,
): Promise<Advertisement | GitExit | null> {
  try {
    return await remote.advertised('git-receive-pack', authorization, ASK_MS, signal)
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    return error.why === 'timeout' || error.why === 'aborted' ? unanswered(error) : null
  }
}

function speaksOurs({ capabilities }: Advertisement, head: string): boolean {
  const format = `object-format=${objectFormatOf(head)}`
  const known = capabilities.has(format) || format === 'object-format=sha1'
  const packs = capabilities.has('ofs-delta') && !capabilities.has('no-thin')
  return known && packs && NEEDED.every((word) => capabilities.has(word))
}

/** Converts the reply to a push into the output that `git push --porcelain` would print. */
function exitOf({ status, body }: Reply, head: string, branch: string): GitExit {
  const change = `${head}:${branch}`
  if (status !== 200)
    return failed(`error: RPC failed; HTTP ${status} The requested URL returned error: ${status}`)
  try {
    const { data, progress, fatal } = takeBands(body)
    const said = `${progress}${fatal}`
      .split(/[\r\n]+/)
      .filter((line) => line !== '')
      .map((line) => `remote: ${line}\n`)
      .join('')
    const [unpack = '', ...results] = data.length === 0 ? [] : takeSection(data).lines
    const result = results.find((line) => line.includes(` ${branch}`))
    if (result === `ok ${branch}`) return exit(0, ` \t${change}\t..\n`, said)
    const refused = result?.startsWith(`ng ${branch} `)
    if (!refused) return rejected(change, 'remote failure', 'remote failed to report status', said)
    const why = unpack === 'unpack ok' ? result?.slice(`ng ${branch} `.length) : 'unpacker error'
    return rejected(change, 'remote rejected', why ?? '', said)
  } catch (error) {
    if (error instanceof ProtocolError) return failed('fatal: the remote end hung up unexpectedly')
    throw error
  }
}

function rejected(change: string, kind: string, why: string, said = ''): GitExit {
  return exit(1, `!\t${change}\t[${kind}] (${why})\n`, said)
}

function failed(stderr: string): GitExit {
  return exit(128, '', stderr)
}

function unanswered({ why }: HttpError): GitExit {
  if (why === 'timeout' || why === 'aborted')
    return { ...exit(0, '', ''), exitCode: null, killed: why }
  return failed('error: RPC failed; fatal: the remote end hung up unexpectedly')
}

function exit(exitCode: number, stdout: string, stderr: string): GitExit {
  return { exitCode, killed: null, stdout: Buffer.from(stdout), stderr }
}
