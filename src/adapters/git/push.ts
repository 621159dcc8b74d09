import { type GitProcessProfile, runGit } from './plumbing.ts'
import { classifyPush, type PushOutcome } from './push-outcome.ts'

const PUSH_MS = 15_000

/**
 * Moves the remote's branch from `base` to `head`, if it still is at `base`: the lease is a compare-and-swap.
 * It can rewrite nothing, since `head` descends from `base`; a plain push would re-create a deleted branch and
 * run over one that was rewound.
 * @param signal kills the process group
 */
export async function pushCommits(
  profile: GitProcessProfile,
  authOptions: readonly string[],
  base: string,
  head: string,
  signal?: AbortSignal,
): Promise<PushOutcome & { readonly stderr: string }> {
  const branch = `refs/heads/${profile.branch}`
  const lease = `--force-with-lease=${branch}:${base}`
  const words = ['push', '--porcelain', '--no-verify', '--no-signed', lease, 'origin']
  const exit = await runGit(profile, [...authOptions, ...words, `${head}:${branch}`], {
    timeoutMs: PUSH_MS,
    stallMs: PUSH_MS,
    ...(signal === undefined ? {} : { signal }),
  })
  return { ...classifyPush(exit), stderr: exit.stderr }
}
