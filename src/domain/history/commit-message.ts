import { type Action, actions, type ChangeSource } from '../../contract/words.ts'
import { compact } from '../compact.ts'
import type { IdempotencyKey, Requester, StoreChange } from '../ports.ts'
import { type KeyRing, NO_FOLDER, provenText } from '../provenance.ts'

/** Facts about a commit that the writer adds to those of the request. */
export interface CommitFacts {
  /** Tree id of the store's folder after the commit; `null` if the commit removes the folder. */
  readonly storeTree: string | null
  /** Tree id of `manifests/`. */
  readonly outputDigest: string
  /** Semver of the generator. */
  readonly generator: string
  readonly idempotency?: IdempotencyKey | undefined
}

const SUBJECT_LIMIT = 120
const TRAILER_KEY = /^[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)*$/
// Printable ASCII only. Git keeps newlines in messages, so a value must not start a new line.
const TRAILER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,510}[\x21-\x7e])?$/
const PROOF = 'Server-Mac'
const REASON = 'Reason: '

/**
 * Builds the message of one of our commits: subject, reason, trailers, and the proof over reason
 * and trailers. The reason is folded to one line, so it cannot imitate a block of trailers.
 * @throws Error a trailer is not a single printable line, which is a bug of the caller
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
    ...compact({ Ticket: change.ticket }),
    ...change.trailers,
  }).map(([key, value]) => trailerLine(key, value))
  const reason = folded(change.reason ?? '')
  const proof = trailerLine(PROOF, keys.sign(provenText(reason, trailers)))
  // The prefix keeps a body such as `Action: purge` from being parsed as a trailer.
  const body = reason === '' ? '' : `${REASON}${reason}`
  return [subjectOf(change), body, [...trailers, proof].join('\n')]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

/** Subject line of the commit of a change. */
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

/** What a commit message states. Without proof, everything but subject and `reverts` is `null` or false. */
export interface CommitSaid {
  readonly subject: string
  readonly reason: string | null
  readonly store: string | null
  readonly team: string | null
  readonly action: Action | null
  readonly requestId: string | null
  readonly requestedBy: string | null
  readonly via: Exclude<ChangeSource, 'git' | 'pull-request'> | null
  /** Also set for a plain `git revert`, from the sentence that Git writes. */
  readonly reverts: string | null
  readonly schemaChange: string | null
  readonly restorePoint: string | null
  readonly keyHash: string | null
  readonly inputDigest: string | null
  /** The commit deletes a store, so it counts against the limit of deletions. */
  readonly departs: boolean
  /** Admin who approved the deletion although it exceeded the limit. */
  readonly massDeleteApprovedBy: string | null
  /** Tree id of `manifests/` as rendered. */
  readonly outputDigest: string | null
  /** Semver of the generator that made the commit. */
  readonly generator: string | null
  /** Tree id of the store's folder after the commit; `none`: no folder. `null`: the commit has no such trailer. */
  readonly storeTree: string | null
  /** The commit keeps the existing manifests instead of rendering them. */
  readonly kept: boolean
}

/** One block of trailers that looks like ours. It has no effect until its proof is verified. */
export interface Claim {
  readonly said: CommitSaid & {
    readonly requestId: string
    readonly store: string
    readonly team: string
  }
  /** Value of `Server-Mac`; `null` if absent. */
  readonly proof: string | null
  /** The text that the proof must cover. */
  readonly text: string
  /** The message holds this block and nothing else, so it is neither a squash nor edited. */
  readonly alone: boolean
}

/**
 * Returns every block of trailers in a message. A squash merge joins several, and git-merge(1)
 * `--squash` indents them. Lines after `Server-Mac`, such as a sign-off added by a forge, do not
 * belong to a block.
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

/** What a commit without proof states: its subject, and the commit that a plain `git revert` undoes. */
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
 * Does a commit with these trailers count against the limit of deletions? A purge and a removal do
 * not, because the store was counted when it was deleted. `Lifecycle` is set if the action alone
 * does not show the new state.
 */
export function departs(action: string | undefined, lifecycle: string | undefined): boolean {
  return action === 'delete' || lifecycle === 'deleted' || lifecycle === 'purge'
}

/** The sentence that git-revert(1) writes. */
const REVERT = /^This reverts commit ([0-9a-f]{64}|[0-9a-f]{40})[.,]/m

const MADE_OUTSIDE: Omit<CommitSaid, 'subject'> = saidBy(new Map(), '', null)

/** Trailers before the proof. `null`: a line is not a trailer, or a key occurs twice. */
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
