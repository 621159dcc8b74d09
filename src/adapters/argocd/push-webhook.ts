import { createHmac } from 'node:crypto'
import type { Log, PushListener } from '../../domain/ports.ts'
import { sleep } from '../../domain/sleep.ts'

/**
 * Files per payload. Argo CD matches each file with each Application, so one long list costs more
 * than several short ones.
 * Its body limit is 50 MB.
 */
const MAX_FILES = 1000
const TIMEOUT_MS = 5000
/** Waits before the second and the third attempt. */
const RETRY_DELAYS_MS = [250, 1000]
/**
 * Delays after which an accepted post is repeated. Argo CD records the need for a refresh in an
 * annotation and removes it at the end of a reconciliation. A post that arrives during a
 * reconciliation is therefore lost, and the last stores of a burst would wait for the next poll.
 * Source: argo-cd v3.6.1 applicationset/webhook/webhook.go `refreshApplicationSet` and
 * applicationset/controllers/applicationset_controller.go `Reconcile`.
 */
const REPEAT_DELAYS_MS = [3000, 30_000]
/**
 * Longest file list that is repeated in full; of a longer list only one file is repeated. One file
 * makes the ApplicationSet's generator run again, and each further file costs a refresh.
 */
const REPEATED_FILES = 100

export interface PushWebhookOptions {
  /** Addresses `/api/webhook` of argocd-server and of the applicationset-controller. */
  readonly urls: readonly string[]
  /** Value of `webhook.github.secret` in `argocd-secret`; `null`: unsigned. */
  readonly secret: string | null
  /**
   * URL of the stores repo in Argo CD, equal to `repoURL` of the ApplicationSet; it may differ from
   * the URL used here.
   */
  readonly repoUrl: string
  /** Short name such as `main`. */
  readonly branch: string
  readonly log: Log
  /** Milliseconds after a push at which the post is repeated. @default 3 s and 30 s */
  readonly repeatDelaysMs?: readonly number[]
}

/** Posts pushes to Argo CD. A shutdown can wait for running posts. */
export interface PushWebhook extends PushListener {
  /**
   * Resolves when no post is running, whether or not it succeeded; never rejects. Does not wait for
   * later repeats.
   */
  idle(): Promise<void>
}

type Files = Parameters<PushListener['landed']>[0]['files']

/**
 * Sends the changed files of each push to Argo CD, so that it refreshes immediately instead of at
 * its next poll. Best effort: at most three attempts of 5 s each per address, addresses in
 * parallel. Pushes that land during a post are combined into the next one. A failure is only
 * logged, because Argo CD's poll finds the same commit. Each push is posted three times.
 */
export function pushWebhook(options: PushWebhookOptions): PushWebhook {
  const lanes = options.urls.map((url) => openLane(url, options))
  return {
    landed: ({ files }) => {
      for (const lane of lanes) lane.add(files)
    },
    idle: async () => {
      await Promise.all(lanes.map((lane) => lane.idle()))
    },
  }
}

/** Posts to one address, one payload at a time. */
function openLane(url: string, options: PushWebhookOptions) {
  const delays = options.repeatDelaysMs ?? REPEAT_DELAYS_MS
  let waiting = new Map<string, Files[number]['kind']>()
  let running: Promise<void> | null = null
  const drain = async () => {
    while (waiting.size > 0) {
      const files = [...waiting].map(([path, kind]) => ({ path, kind }))
      waiting = new Map()
      for (let at = 0; at < files.length; at += MAX_FILES) {
        await deliver(url, payloadOf(files.slice(at, at + MAX_FILES), options), options)
      }
    }
    running = null
  }
  const enqueue = (files: Files) => {
    for (const { path, kind } of files) waiting.set(path, kind)
    // An empty list would refresh every Application (argo-cd v3.5.1 util/app/path `AppFilesHaveChanged`).
    if (waiting.size > 0) running ??= drain()
  }
  return {
    add(files: Files) {
      enqueue(files)
      const again = files.length > REPEATED_FILES ? files.slice(0, 1) : files
      for (const delayMs of delays) setTimeout(enqueue, delayMs, again).unref()
    },
    idle: () => running ?? Promise.resolve(),
  }
}

/**
 * GitHub's push event, reduced to the fields that Argo CD reads. `before` and `after` are omitted,
 * because with both argocd-server copies old cached manifests to the new revision for every
 * Application that the list does not affect.
 * Source: argo-cd v3.5.1 and v3.6.1 util/webhook/webhook.go `affectedRevisionInfo`, `storePreviouslyCachedManifests`.
 */
function payloadOf(files: Files, { repoUrl, branch }: PushWebhookOptions): string {
  const paths = (kind: string) => files.filter((file) => file.kind === kind).map(({ path }) => path)
  return JSON.stringify({
    ref: `refs/heads/${branch}`,
    repository: { html_url: webUrl(repoUrl), default_branch: branch },
    commits: [{ added: paths('added'), modified: paths('modified'), removed: [] }],
  })
}

/**
 * Argo CD compares host and path with those of `repoURL`. It ignores user and port, but needs a URL
 * with a scheme.
 * Source: argo-cd v3.6.1 util/webhook/webhook.go `GetWebURLRegex`.
 */
function webUrl(repoUrl: string): string {
  const scpLike = /^(?:[^@/]+@)?([^:/]+):(?!\/\/)(.+)$/.exec(repoUrl)
  const url = new URL(scpLike ? `https://${scpLike[1]}/${scpLike[2]}` : repoUrl)
  return `https://${url.hostname}${url.pathname.replace(/\/$/, '').replace(/\.git$/, '')}`
}

async function deliver(url: string, body: string, { secret, log }: PushWebhookOptions) {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-github-event': 'push',
  }
  if (secret !== null) {
    headers['x-hub-signature-256'] =
      `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  }
  for (let attempt = 0; ; attempt += 1) {
    const failure = await post(url, headers, body)
    if (failure === null) return log.debug('notified Argo CD of a push', { detail: placeOf(url) })
    const delayMs = RETRY_DELAYS_MS[attempt]
    if (delayMs === undefined || !failure.again) {
      const detail = `${placeOf(url)}: ${failure.reason}; Argo CD finds the push at its next poll`
      return log.warn('Argo CD did not accept a push webhook', { detail })
    }
    await sleep(delayMs)
  }
}

/** Posts once. Returns `null` on success; `again`: another attempt may succeed. */
async function post(url: string, headers: Record<string, string>, body: string) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const reply = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
    await reply.body?.cancel()
    if (reply.ok) return null
    const again = reply.status >= 500 || reply.status === 429
    return { reason: `status ${reply.status}`, again }
  } catch (error) {
    // Not the message, which may contain the address with credentials.
    const { name, cause } = error instanceof Error ? error : new Error()
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : name
    return { reason: code, again: true }
  }
}

/** The address without user, password and query. */
function placeOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
