import type { Store } from '@storewright/contract/store.ts'
import type { ChangeState, Health, Phase, Sync } from '@storewright/contract/words.ts'
import {
  ArchiveRestore,
  CircleArrowUp,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CirclePause,
  CircleX,
  Clock,
  FlaskConical,
  Ghost,
  GitCommitHorizontal,
  GitPullRequest,
  Heart,
  HeartCrack,
  LoaderCircle,
  type LucideIcon,
  Trash2,
  Unplug,
} from 'lucide-react'
import {
  changeStateLabel,
  healthSentence,
  phaseLabel,
  phaseSentence,
  syncSentence,
} from '../strings.ts'
import { classes } from './classes.ts'

export type Tone = 'neutral' | 'progress' | 'ok' | 'warn' | 'danger' | 'paused'

export const toneText: Record<Tone, string> = {
  neutral: 'text-muted',
  progress: 'text-progress',
  ok: 'text-ok',
  warn: 'text-warn',
  danger: 'text-danger',
  paused: 'text-paused',
}

interface Look {
  readonly icon: LucideIcon
  readonly tone: Tone
}

const look = (icon: LucideIcon, tone: Tone): Look => ({ icon, tone })

const phaseLook: Record<Phase, Look> = {
  Requested: look(Clock, 'neutral'),
  Committed: look(GitCommitHorizontal, 'progress'),
  Syncing: look(LoaderCircle, 'progress'),
  Progressing: look(LoaderCircle, 'progress'),
  Ready: look(CircleCheck, 'ok'),
  Degraded: look(HeartCrack, 'danger'),
  Failed: look(CircleX, 'danger'),
  Suspended: look(CirclePause, 'paused'),
  SoftDeleted: look(ArchiveRestore, 'paused'),
  Deleting: look(Trash2, 'progress'),
  Deleted: look(Trash2, 'neutral'),
  Detached: look(Unplug, 'warn'),
  Unknown: look(CircleHelp, 'neutral'),
}

const healthLook: Record<Health, Look> = {
  Healthy: look(Heart, 'ok'),
  Progressing: look(LoaderCircle, 'progress'),
  Degraded: look(HeartCrack, 'danger'),
  Suspended: look(CirclePause, 'paused'),
  Missing: look(Ghost, 'neutral'),
  Unknown: look(CircleHelp, 'neutral'),
}

const syncLook: Record<Sync, Look> = {
  Synced: look(CircleCheck, 'ok'),
  OutOfSync: look(CircleArrowUp, 'warn'),
  Unknown: look(CircleHelp, 'neutral'),
}

const changeStateLook: Record<ChangeState, Look> = {
  Requested: look(Clock, 'neutral'),
  InReview: look(GitPullRequest, 'progress'),
  Committed: look(GitCommitHorizontal, 'progress'),
  Synced: look(CircleCheck, 'progress'),
  Live: look(CircleCheck, 'ok'),
  Rejected: look(CircleX, 'danger'),
  CommitFailed: look(CircleX, 'danger'),
  Closed: look(CircleDashed, 'neutral'),
}

interface WordProps {
  readonly look: Look
  readonly word: string
  readonly title: string
  readonly simulated: boolean
  /** The word applies to an earlier commit. */
  readonly earlier?: boolean
}

/** Combines shape, word and colour, so that colour is never the only signal. */
function Word({ look: { icon: Icon, tone }, word, title, simulated, earlier }: WordProps) {
  const turning = Icon === LoaderCircle
  return (
    <span
      className={classes(
        'inline-flex items-center gap-1.5 whitespace-nowrap',
        toneText[earlier === true ? 'neutral' : tone],
      )}
      title={earlier === true ? `${title}. Seen for an earlier commit.` : title}
    >
      <Icon aria-hidden size={15} className={classes('shrink-0', turning && 'spin')} />
      {word}
      {earlier === true && ' (earlier)'}
      {simulated && <SimulatedMark />}
    </span>
  )
}

/** Marks every simulated value. */
export function SimulatedMark() {
  return (
    <span className="text-muted" title="simulated">
      <FlaskConical aria-hidden size={12} />
      <span className="sr-only">(simulated)</span>
    </span>
  )
}

type PhaseFacts = Pick<Store, 'phase' | 'simulated'>

export function PhaseWord({ store }: { readonly store: PhaseFacts }) {
  return (
    <Word
      look={phaseLook[store.phase] ?? phaseLook.Unknown}
      word={phaseLabel[store.phase] ?? store.phase}
      title={phaseSentence[store.phase] ?? ''}
      simulated={store.simulated}
    />
  )
}

type ObservedFacts = Pick<Store, 'conditions' | 'simulated'>

/**
 * True if Argo CD compared an earlier commit only, so that its words do not cover the newest
 * change.
 */
function isEarlier({ conditions }: ObservedFacts): boolean {
  return conditions.some(({ type, reason }) => type === 'Observed' && reason === 'OlderRevision')
}

export function HealthWord({ store }: { readonly store: ObservedFacts & Pick<Store, 'health'> }) {
  return (
    <Word
      look={healthLook[store.health]}
      word={store.health}
      title={healthSentence[store.health]}
      earlier={isEarlier(store)}
      simulated={store.simulated}
    />
  )
}

export function SyncWord({ store }: { readonly store: ObservedFacts & Pick<Store, 'sync'> }) {
  return (
    <Word
      look={syncLook[store.sync]}
      word={store.sync}
      title={syncSentence[store.sync]}
      earlier={isEarlier(store)}
      simulated={store.simulated}
    />
  )
}

export interface ChangeStateWordProps {
  readonly state: ChangeState
  readonly simulated: boolean
}

/** Progress of a request. The part reported by Argo CD may be simulated. */
export function ChangeStateWord({ state, simulated }: ChangeStateWordProps) {
  const observed = state === 'Synced' || state === 'Live'
  return (
    <Word
      look={changeStateLook[state]}
      word={changeStateLabel[state]}
      title={state}
      simulated={simulated && observed}
    />
  )
}
