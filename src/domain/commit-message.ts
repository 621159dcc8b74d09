import { type Action, actions, type ChangeSource } from '../contract/words.ts'
import type { IdempotencyKey, Requester, StoreChange } from './ports.ts'
import { type KeyRing, NO_FOLDER, provenText } from './provenance.ts'

/** What the writer knows of a change and the request does not. */
export interface CommitFacts {
  /** Tree id of the store's folder after the commit; `null`: the commit leaves no folder. */
  readonly storeTree: string | null
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
const PROOF = 'Server-Mac'
const REASON = 'Reason: '

/**
 * Message of a commit of ours: subject, reason, trailers, and the proof over reason and trailers.
 * The reason is folded to one line, so it can never look like a trailer block of its own.
 * @throws Error a trailer that is not one printable line: a bug of the caller
 */
export function commitMessage(
  change: StoreChange,
  by: Requester,
  facts: CommitFacts,
  keys: Pick<KeyRing, 'sign'>,
): string {
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
    'Store-Tree': facts.storeTree ?? NO_FOLDER,
    'Output-Digest': facts.outputDigest,
    Generator: facts.generator,
    ...(change.ticket === undefined ? {} : { Ticket: change.ticket }),
    ...change.trailers,
  }).map(([key, value]) => trailerLine(key, value))
  const reason = folded(change.reason ?? '')
  const proof = trailerLine(PROOF, keys.sign(provenText(reason, trailers)))
  // A line such as `Action: purge` as the whole body would read as a trailer of an older parser.
  const body = reason === '' ? '' : `${REASON}${reason}`
  return [subjectOf(change), body, [...trailers, proof].join('\n')]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

/** First line of the commit of a change. */
export function subjectOf(change: StoreChange): string {
  const facts = change.facts.length === 0 ? '' : ` (${change.facts.join(', ')})`
  return `store(${change.team}/${change.name}): ${change.action}${facts}`.slice(0, SUBJECT_LIMIT)
}

function folded(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

function trailerLine(key: string, value: string): string {
  if (!TRAILER_KEY.test(key) || !TRAILER_VALUE.test(value)) {
    throw new Error(`trailer ${key} is not one printable line`)
  }
  return `${key}: ${value}`
}

/** What a commit message states; every member but the subject and `reverts` is `null` or false without proof. */
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
  /** Admin who let it pass although too many stores went. */
  readonly massDeleteApprovedBy: string | null
  /** Tree id of `manifests/` as we rendered it. */
  readonly outputDigest: string | null
  /** Semver of the generator that made the commit. */
  readonly generator: string | null
  /** Tree id of the store's folder after the commit; `none`: it has no folder. `null`: a commit from before the key ring. */
  readonly storeTree: string | null
  /** The manifests are those that stood there, not a render. */
  readonly kept: boolean
}

/** One block of trailers that claims to be ours. Nothing in it counts before it is proven. */
export interface Claim {
  readonly said: CommitSaid & {
    readonly requestId: string
    readonly store: string
    readonly team: string
  }
  /** Value of `Server-Mac`; `null`: there is none. */
  readonly proof: string | null
  /** What that value must be a proof of. */
  readonly text: string
  /** The whole message is one commit of ours, as we write it: no squash, no words beside it. */
  readonly alone: boolean
}

/**
 * Every block of trailers in a message: a squash merge joins several, and git-merge(1) `--squash` indents each. Lines after
 * `Server-Mac`, such as a sign-off that a forge adds, do not belong to a block.
 */
export function claimsOf(message: string): readonly Claim[] {
  const lines = message.split('\n').map((line) => line.trim())
  const paragraphs = lines
    .join('\n')
    .trim()
    .split(/\n{2,}/)
  const subject = subjectIn(message)
  return paragraphs.flatMap((paragraph, n): Claim[] => {
    const block = n === 0 ? null : blockOf(paragraph)
    const [store, team, requestId] = ['Store', 'Team', 'Request-Id'].map((key) =>
      block?.trailers.get(key),
    )
    if (block === null || requestId === undefined || store === undefined || team === undefined) {
      return []
    }
    const before = folded(paragraphs[n - 1] ?? '')
    const reason = n > 1 && before.startsWith(REASON) ? before.slice(REASON.length) : null
    const alone =
      n === (reason === null ? 1 : 2) &&
      n === paragraphs.length - 1 &&
      subject.startsWith(`store(${team}/${store}): `)
    const said = { ...saidBy(block.trailers, subject, reason), requestId, store, team }
    return [{ said, proof: block.proof, text: provenText(reason, block.lines), alone }]
  })
}

/** What a commit without proof states: its subject, and the commit that a plain `git revert` reverts. */
export function saidOutside(message: string): CommitSaid {
  const reverts = REVERT.exec(message)?.[1] ?? null
  return { ...MADE_OUTSIDE, subject: subjectIn(message), reverts }
}

function subjectIn(message: string): string {
  return (message.trimStart().split('\n')[0] ?? '').trim()
}

function saidBy(
  trailers: ReadonlyMap<string, string>,
  subject: string,
  reason: string | null,
): CommitSaid {
  return {
    subject,
    reason,
    store: trailers.get('Store') ?? null,
    team: trailers.get('Team') ?? null,
    action: oneOf(actions, trailers.get('Action')),
    requestId: trailers.get('Request-Id') ?? null,
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
    generator: trailers.get('Generator') ?? null,
    storeTree: trailers.get('Store-Tree') ?? null,
    kept: trailers.has('Kept'),
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

const MADE_OUTSIDE: Omit<CommitSaid, 'subject'> = saidBy(new Map(), '', null)

/** Trailers up to and without the proof. `null`: a line is none, or a key stands there twice. */
function blockOf(paragraph: string) {
  const trailers = new Map<string, string>()
  const lines: string[] = []
  for (const line of paragraph.split('\n')) {
    const colon = line.indexOf(': ')
    const key = line.slice(0, colon)
    if (colon < 1 || !TRAILER_KEY.test(key) || trailers.has(key)) return null
    if (key === PROOF) return { trailers, lines, proof: line.slice(colon + 2) }
    trailers.set(key, line.slice(colon + 2))
    lines.push(line)
  }
  return { trailers, lines, proof: null }
}

function oneOf<T extends string>(words: readonly T[], word: string | undefined): T | null {
  return words.find((candidate) => candidate === word) ?? null
}
