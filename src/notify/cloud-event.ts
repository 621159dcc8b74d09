import type { Change } from '../contract/store.ts'
import type { Action } from '../contract/words.ts'
import type { StoreId } from '../domain/snapshot.ts'

/**
 * One change of one store as a CloudEvent.
 * Source: github.com/cloudevents/spec v1.0.2, cloudevents/spec.md and formats/json-format.md.
 */
export interface CloudEvent {
  readonly specversion: '1.0'
  /** Unique within `source`. The same change always has the same id. */
  readonly id: string
  /** Address of this installation. */
  readonly source: string
  /** `dev.storewright.store.<verb>`, such as `dev.storewright.store.created`. */
  readonly type: string
  /** `<team>/<name>`. */
  readonly subject: string
  /** Time of the commit, RFC 3339 UTC. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: {
    readonly action: Change['action']
    readonly store: string
    readonly team: string
    readonly commit: string
    /** Subject of the request; `null` for a commit made outside Storewright. */
    readonly requestedBy: string | null
    /** First line of the commit message. */
    readonly summary: string
  }
}

/** Last word of the event type, by action. Released words never change. */
const VERBS: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'updated',
  suspend: 'suspended',
  resume: 'resumed',
  delete: 'deleted',
  restore: 'restored',
  purge: 'purge-requested',
  remove: 'removed',
  render: 'rendered',
  revert: 'reverted',
  rollout: 'rolled-out',
  clone: 'cloned',
  retry: 'retried',
  release: 'name-released',
  git: 'changed',
} satisfies Record<Action | 'git', string>

/** @param source address of this installation, such as `https://shops.example.com` */
export function cloudEventOf(change: Change, { team, name }: StoreId, source: string): CloudEvent {
  const { commit, action, requestId, summary } = change
  const subject = `${team}/${name}`
  // One commit can carry several requests for the same store, after a squash merge.
  const id = [commit, subject, requestId].filter((part) => part !== null).join('/')
  return {
    specversion: '1.0',
    id,
    source,
    type: `dev.storewright.store.${VERBS[action] ?? VERBS['git']}`,
    subject,
    time: change.at,
    datacontenttype: 'application/json',
    data: {
      action,
      store: name,
      team,
      commit,
      // The author of a commit made outside is a person's name, which the receiver need not get.
      requestedBy: change.source === 'git' ? null : change.requestedBy,
      summary,
    },
  }
}
