import { type Action, actions, type ChangeSource } from '../contract/words.ts'
import type { IdempotencyKey, Requester, StoreChange } from './ports.ts'

/** What the writer knows of a change and the request does not. */
export interface CommitFacts {
  /** Tree id of `manifests/`. */
  readonly outputDigest: string
  /** Semver of the generator. */
  readonly generator: string
  readonly idempotency?: IdempotencyKey | undefined
}

const SUBJECT_LIMIT = 120
const TRAILER_KEY = /^[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)*$/
// Printable ASCII: git keeps newlines in messages, so a value must not be able to start a line of its own.
const TRAILER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,510}[\x21-\x7e])?$/

/**
 * Message of a commit of ours: subject, reason, trailers.
 * The reason is folded to one line, so it can never look like a trailer block of its own.
 * @throws Error a trailer that is not one printable line: a bug of the caller
 */
export function commitMessage(change: StoreChange, by: Requester, facts: CommitFacts): string {
  const trailers = Object.entries({
    Store: change.name,
    Team: change.team,
    Action: change.action,
    'Request-Id': by.requestId,
    'Requested-By': by.subject,
    Auth: by.auth,
    Via: by.source,
    ...(facts.idempotency === undefined
      ? {}
      : {
          'Idempotency-Key-Hash': facts.idempotency.keyHash,
          'Input-Digest': facts.idempotency.inputDigest,
        }),
    'Output-Digest': facts.outputDigest,
    Generator: facts.generator,
    ...(change.ticket === undefined ? {} : { Ticket: change.ticket }),
    ...change.trailers,
  }).map(([key, value]) => trailerLine(key, value))
  return [subjectOf(change), bodyOf(change.reason), trailers.join('\n')]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

/** First line of the commit of a change. */
export function subjectOf(change: StoreChange): string {
  const facts = change.facts.length === 0 ? '' : ` (${change.facts.join(', ')})`
  return `store(${change.team}/${change.name}): ${change.action}${facts}`.slice(0, SUBJECT_LIMIT)
}

function bodyOf(reason: string | undefined): string {
  const line = (reason ?? '').replaceAll(/\s+/g, ' ').trim()
  // A line such as `Action: purge` as the whole body would read as a trailer of an older parser.
  return line === '' ? '' : `Reason: ${line}`
}

function trailerLine(key: string, value: string): string {
  if (!TRAILER_KEY.test(key) || !TRAILER_VALUE.test(value)) {
    throw new Error(`trailer ${key} is not one printable line`)
  }
  return `${key}: ${value}`
}

/** What a commit message of ours says; every member is `null` or empty for a commit made outside. */
export interface CommitSaid {
  readonly subject: string
  readonly reason: string | null
  readonly store: string | null
  readonly team: string | null
  readonly action: Action | null
  readonly requestId: string | null
  readonly requestedBy: string | null
  readonly via: Exclude<ChangeSource, 'git' | 'pull-request'> | null
  /** Also of a plain `git revert`, which says so in words of its own. */
  readonly reverts: string | null
  readonly schemaChange: string | null
  readonly restorePoint: string | null
  readonly keyHash: string | null
  readonly inputDigest: string | null
  /** A store stopped being a shop. */
  readonly departs: boolean
  /** Who let it pass although too many stores went. */
  readonly massDeleteApprovedBy: string | null
  /** Tree id of `manifests/` as we rendered it. */
  readonly outputDigest: string | null
}

/**
 * Reads a commit message. Only the last paragraph counts as trailers, and only with a `Request-Id`
 * is the commit ours: a message typed by a person never claims a store, an action or a requester.
 */
export function parseCommit(message: string): CommitSaid {
  const paragraphs = message.trimEnd().split(/\n{2,}/)
  const subject = (paragraphs[0] ?? '').split('\n')[0] ?? ''
  const trailers = paragraphs.length > 1 ? trailersOf(paragraphs.at(-1) ?? '') : new Map()
  const requestId = trailers.get('Request-Id') ?? null
  if (requestId === null) {
    return { ...MADE_OUTSIDE, subject, reverts: REVERT.exec(message)?.[1] ?? null }
  }
  const body = paragraphs.length > 2 ? (paragraphs[1] ?? '') : ''
  return {
    subject,
    reason: body.startsWith('Reason: ') ? body.slice('Reason: '.length) : null,
    store: trailers.get('Store') ?? null,
    team: trailers.get('Team') ?? null,
    action: oneOf(actions, trailers.get('Action')),
    requestId,
    requestedBy: trailers.get('Requested-By') ?? null,
    via: oneOf(['dashboard', 'api', 'cli'] as const, trailers.get('Via')),
    reverts: trailers.get('Reverts') ?? null,
    schemaChange: trailers.get('Schema-Change') ?? null,
    restorePoint: trailers.get('Restore-Point') ?? null,
    keyHash: trailers.get('Idempotency-Key-Hash') ?? null,
    inputDigest: trailers.get('Input-Digest') ?? null,
    departs: departs(trailers.get('Action'), trailers.get('Lifecycle')),
    massDeleteApprovedBy: trailers.get('Mass-Delete-Approved-By') ?? null,
    outputDigest: trailers.get('Output-Digest') ?? null,
  }
}

/**
 * Does a commit with these trailers count against the limit of deletions? A purge and a removal do not: their store
 * counted when it was deleted. `Lifecycle` stands where the action alone does not tell.
 */
export function departs(action: string | undefined, lifecycle: string | undefined): boolean {
  return action === 'delete' || lifecycle === 'deleted' || lifecycle === 'purge'
}

/** The line that git-revert(1) writes. */
const REVERT = /^This reverts commit ([0-9a-f]{64}|[0-9a-f]{40})[.,]/m

const MADE_OUTSIDE: Omit<CommitSaid, 'subject'> = {
  reason: null,
  store: null,
  team: null,
  action: null,
  requestId: null,
  requestedBy: null,
  via: null,
  reverts: null,
  schemaChange: null,
  restorePoint: null,
  keyHash: null,
  inputDigest: null,
  departs: false,
  massDeleteApprovedBy: null,
  outputDigest: null,
}

function trailersOf(paragraph: string): Map<string, string> {
  const trailers = new Map<string, string>()
  for (const line of paragraph.split('\n')) {
    const colon = line.indexOf(': ')
    const key = line.slice(0, colon)
    if (colon < 1 || !TRAILER_KEY.test(key)) return new Map()
    if (!trailers.has(key)) trailers.set(key, line.slice(colon + 2))
  }
  return trailers
}

function oneOf<T extends string>(words: readonly T[], word: string | undefined): T | null {
  return words.find((candidate) => candidate === word) ?? null
}
