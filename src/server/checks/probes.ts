import type { Connection } from '../../adapters/argocd/connection.ts'
import { ApiFailure } from '../../adapters/argocd/connection.ts'
import type { RateLimits } from '../../domain/access/rate-limits.ts'
import { projectNameOf } from '../../domain/argocd/layout.ts'
import { namespaceOf } from '../../domain/layout.ts'
import type { Applications, PurgeSettings, StoresRepo, Time } from '../../domain/ports.ts'
import { type Finding, ill, type Probe, skipped, warning, well } from '../../observe/checks.ts'
import type { Config } from '../config.ts'
import { setupCheck, type SetupCheckDeps } from './argocd-setup-check.ts'
import { clockCheck } from './clock-check.ts'
import { domainCheck } from './domain-check.ts'
import { redisCheck } from './redis-check.ts'
import { releaseDigests } from './release-check.ts'
import { storeNames } from './store-names-check.ts'

export interface CheckDeps extends Pick<SetupCheckDeps, 'installed'> {
  readonly config: Config
  readonly repo: StoresRepo
  readonly applications: Applications
  /** Argo CD's own API. `null` if it is not configured. */
  readonly argocd: Connection | null
  readonly time: Time
  readonly purge: PurgeSettings
  readonly limits: Pick<RateLimits, 'problem'>
}

const GIT_FIXES = {
  git_auth: 'Renew the credentials: GIT_TOKEN, or the key in GIT_SSH_KEY_FILE with write access.',
  git_unavailable: 'Check STORES_REPO_URL and the network between here and there.',
  history_rewritten: 'Look at what was rewritten, then POST /api/v1/repository/accept-rewrite.',
  not_ready: 'Wait until the index of the stores repo is loaded.',
} as const

/**
 * Returns every check of this process by name. Each one tests an outside dependency, and a failed
 * one says how to fix it.
 */
export function probesOf(deps: CheckDeps): ReadonlyMap<string, Probe> {
  return new Map<string, Probe>([
    ['git_read', async () => gitRead(deps)],
    ['git_write', async () => gitWrite(deps)],
    ['git_signing', async () => gitSigning(deps)],
    ['clock', async () => clockCheck(deps)],
    ['store_names', async () => storeNames(deps)],
    ['release_digests', async () => releaseDigests(deps)],
    ['base_domain', async () => domainCheck(deps)],
    ['status_source', async () => statusSource(deps)],
    ['application_set', async () => applicationSet(deps)],
    ['argocd_setup', (signal) => setupCheck(deps, signal)],
    ['argocd_api', (signal) => argoCdApi(deps, signal)],
    ['redis', async () => redisCheck(deps)],
    ['argocd_webhooks', async () => webhooks(deps)],
  ])
}

function gitRead({ repo, config }: CheckDeps): Finding {
  const age = Date.now() - repo.state().lastContactAt
  const ok = config.storesRepoUrl === null || age < 3 * config.gitFetchInterval
  return ok
    ? well('the stores repo answers')
    : ill(
        `the stores repo has not answered for ${Math.round(age / 1000)} s`,
        GIT_FIXES.git_unavailable,
      )
}

function gitWrite({ repo }: CheckDeps): Finding {
  const { blockedBy } = repo.state()
  return blockedBy === null
    ? well('writes can succeed, as far as is known')
    : ill(`writes are refused: ${blockedBy}`, GIT_FIXES[blockedBy])
}

function gitSigning({ repo }: CheckDeps): Finding {
  const { signing } = repo.state()
  if (signing === null)
    return warning(
      'commits are not signed, so a pushed commit cannot be verified',
      'Set GIT_SIGNING to ssh or gpg.',
    )
  const { format, problem, unsigned, waiting } = signing
  if (problem !== null) {
    return ill(
      `commits cannot be signed: ${problem}`,
      'Check GIT_SIGNING_KEY_FILE; restart to read it anew.',
    )
  }
  const [first] = unsigned
  if (first !== undefined) {
    return ill(
      `rendered files of ${unsigned.length} stores are in commits that no trusted key signed, such as ${first.team}/${first.name}`,
      `Look at the last commits of each, then storectl render ${first.name} puts ours over them.`,
    )
  }
  const rest = waiting === 0 ? '' : `; ${waiting} commits are still to be verified`
  return well(`commits are signed by ${format} and verified${rest}`)
}

function statusSource({ applications }: CheckDeps): Finding {
  if (applications.simulated) {
    return skipped(
      'simulated: no cluster is watched',
      'Set KUBECONFIG, or ARGOCD_URL and ARGOCD_TOKEN.',
    )
  }
  const problem = applications.problem()
  const fix =
    problem?.includes('403') === true
      ? RIGHTS
      : 'Check the address, the credentials and the network.'
  return problem === null ? well(`${applications.source} answers`) : ill(problem, fix)
}

const RIGHTS =
  'Apply argocd/rbac.yaml: the account needs get, list and watch on three kinds (argocd/README.md, Rights).'

function applicationSet({ applications }: CheckDeps): Finding {
  const error = applications.applicationSet()?.error ?? null
  return error === null
    ? well('no ApplicationSet reports an error')
    : ill(
        `${error.reason}: ${error.message}`,
        'Correct or revert the file it names; kubectl -n argocd describe applicationset -l app.kubernetes.io/managed-by=storewright',
      )
}

async function argoCdApi(deps: CheckDeps, signal: AbortSignal): Promise<Finding> {
  const { argocd } = deps
  if (argocd === null)
    return skipped(
      'not configured, so there are no resource tree and no logs',
      'Set ARGOCD_URL and ARGOCD_TOKEN.',
    )
  try {
    await argocd.json('/api/v1/applications?projects=stores&fields=metadata.resourceVersion', {
      timeoutMs: 10_000,
      signal,
    })
    const hidden = await hiddenProjects(argocd, deps, signal)
    return hidden.length === 0
      ? well('Argo CD answers and takes the token')
      : ill(
          `the token may not read Applications of ${hidden.join(', ')}`,
          `Use an account that may: ${hidden.map((name) => `p, <account>, applications, get, ${name}/*, allow`).join('; ')}; the same with logs (argocd/README.md, Rights).`,
        )
  } catch (error) {
    const why = error instanceof ApiFailure ? error.message : 'no answer'
    return ill(
      why,
      'Renew the token: argocd proj role create-token stores dashboard; check ARGOCD_URL and ARGOCD_CA_FILE.',
    )
  }
}

/**
 * Finds projects whose Applications the token cannot read. A list request omits those silently, so
 * this requests one Application of each project.
 */
async function hiddenProjects(
  argocd: Connection,
  { repo, applications }: CheckDeps,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { platform, stores } = repo.snapshot()
  const examples = new Map<string, string>()
  for (const record of stores.values()) {
    const project = applications.get(record)?.project ?? projectNameOf(platform, record.team)
    if (record.app !== null) examples.set(project, namespaceOf(record.name))
  }
  const hidden = [...examples].map(async ([project, application]) => {
    const path = `/api/v1/applications/${encodeURIComponent(application)}?project=${encodeURIComponent(project)}`
    try {
      await argocd.json(path, { timeoutMs: 10_000, signal })
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 403) return [project]
      // 404 means that the Application does not exist yet.
      if (!(error instanceof ApiFailure && error.status === 404)) throw error
    }
    return []
  })
  return (await Promise.all(hidden)).flat().toSorted()
}

function webhooks({ applications, config }: CheckDeps): Finding {
  const count = config.argocdWebhookUrls.length
  if (count === 0) {
    return applications.simulated
      ? skipped('none: no cluster is watched')
      : warning(
          'none: Argo CD polls, so a change takes up to 3 minutes',
          'Set ARGOCD_WEBHOOK_URLS to have changes applied within seconds.',
        )
  }
  if (config.argocdWebhookSecret === null) {
    return ill(
      'posts are not signed',
      'Set ARGOCD_WEBHOOK_SECRET to webhook.github.secret of argocd-secret.',
    )
  }
  return count === 1
    ? ill(
        'only one address is configured',
        'Name both in ARGOCD_WEBHOOK_URLS: argocd-server and the applicationset-controller.',
      )
    : well(`${count} addresses are told of each push, signed`)
}
