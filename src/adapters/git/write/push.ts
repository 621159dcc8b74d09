import { compact } from '../../../domain/compact.ts'
import type { Cache } from '../cache/cache.ts'
import { runGit } from '../process/git.ts'
import { pushDirectly } from '../remote/direct-push.ts'
import { classifyPush, type PushOutcome } from '../remote/push-outcome.ts'

const PUSH_MS = 15_000

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
  { profile, authOptions, http }: Pick<Cache, 'profile' | 'authOptions' | 'http'>,
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
