import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StoreError } from '../../../domain/errors.ts'
import type { Landed, Requester } from '../../../domain/ports.ts'
import type { StoreFolder } from '../read/fleet.ts'
import { type State, TRANSITIONS, WriteRequest } from './write-request.ts'

const by: Requester = { subject: 'local', auth: 'local', source: 'api', requestId: 'R' }
const landed = { outcome: 'landed', commit: 'c', record: null } as unknown as Omit<Landed, 'timing'>
const broken = () => new StoreError('git_unavailable', 'the stores repository cannot be reached')
const DEADLINE_MS = 30_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A request in a state, with what its caller got. */
function stage() {
  const caller = new AbortController()
  const request = new WriteRequest(by, () => 'unchanged', {
    deadlineMs: DEADLINE_MS,
    signal: caller.signal,
  })
  const answers: string[] = []
  request.result.then(
    ({ outcome }) => answers.push(outcome),
    ({ code, extra }: StoreError) => answers.push([code, extra?.['outcome']].join(' ').trim()),
  )
  return { request, caller, answers }
}
type Stage = ReturnType<typeof stage>

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a write request', () => {
  it('that landed is answered as landed after its deadline, a disconnect and an error', async () => {
    const { request, caller, answers } = stage()
    request.decided()
    request.imported(0)
    request.pushing()
    const answer = request.landed()
    vi.advanceTimersByTime(DEADLINE_MS)
    caller.abort()
    request.fail(broken())
    answer(landed)
    await settled()
    expect(answers).toEqual(['landed'])
  })

  it('keeps the store of its first run, and its folder while the files are the same', () => {
    const { request } = stage()
    expect(request.firstSeen({ name: 'a', commit: 'one' })).toEqual({ name: 'a', commit: 'one' })
    expect(request.firstSeen({ name: 'a', commit: 'two' })).toEqual({ name: 'a', commit: 'one' })
    const files = new Map()
    const make = vi.fn<() => StoreFolder>(() => ({ id: 'tree' }) as StoreFolder)
    request.folderOf(files, make)
    request.folderOf(files, make)
    expect(make).toHaveBeenCalledOnce()
    request.decided()
    request.imported(3)
    expect([request.isHeldBy(3), request.isHeldBy(4)]).toEqual([true, false])
    // The same folder from other files is still in the cache; another folder is not.
    request.folderOf(new Map(), make)
    expect(request.isHeldBy(3)).toBe(true)
    request.folderOf(new Map(), () => ({ id: 'other' }) as never)
    expect(request.isHeldBy(3)).toBe(false)
  })
})

/** The answer that a caller may get, computed apart from the code under test. */
interface Model {
  state: State
  /** Base of a push without a response that the branch has not left. */
  doubt: string | null
  answer: string | null
}

const mayLand = ({ state, doubt }: Model) => state === 'pushing' || doubt !== null

interface Step {
  readonly name: string
  readonly when: readonly State[]
  readonly run: (stage: Stage) => void
  readonly becomes: (model: Model) => void
}

const OPEN: readonly State[] = ['waiting', 'decided', 'imported', 'pushing', 'in doubt']
const HEADS = ['one', 'two'] as const
const end = (model: Model, answer: string) => {
  model.state = 'answered'
  model.answer = answer
}
const expired = (model: Model) =>
  end(model, mayLand(model) ? 'git_timeout unknown' : 'git_timeout not_written')

const STEPS: readonly Step[] = [
  {
    name: 'decide',
    when: ['waiting', 'in doubt'],
    run: ({ request }) => request.decided(),
    becomes: (model) => (model.state = 'decided'),
  },
  {
    name: 'import',
    when: ['decided'],
    run: ({ request }) => request.imported(0),
    becomes: (model) => (model.state = 'imported'),
  },
  {
    name: 'push',
    when: ['imported'],
    run: ({ request }) => request.pushing(),
    becomes: (model) => (model.state = 'pushing'),
  },
  {
    name: 'release',
    when: ['waiting', 'decided', 'imported', 'pushing', 'in doubt'],
    run: ({ request }) => request.released(),
    becomes: (model) => (model.state = model.doubt === null ? 'waiting' : 'in doubt'),
  },
  ...HEADS.flatMap((head): Step[] => [
    {
      name: `no response to the push on ${head}`,
      when: ['pushing'],
      run: ({ request }) => request.unresolved(head),
      becomes: (model) => Object.assign(model, { state: 'in doubt', doubt: head }),
    },
    {
      name: `absent on ${head}`,
      when: ['decided', 'in doubt'],
      run: ({ request }) => request.notOn(head),
      becomes: (model) => {
        if (model.doubt === head) return
        model.doubt = null
        if (model.state === 'in doubt') model.state = 'waiting'
      },
    },
  ]),
  {
    name: 'land',
    when: ['pushing'],
    run: ({ request }) => request.landed()(landed),
    becomes: (model) => end(model, 'landed'),
  },
  {
    name: 'found',
    when: ['decided', 'in doubt'],
    run: ({ request }) => request.answer({ ...landed, outcome: 'replayed' }),
    becomes: (model) => end(model, 'replayed'),
  },
  {
    name: 'fail',
    when: OPEN,
    run: ({ request }) => request.fail(broken()),
    becomes: (model) => end(model, mayLand(model) ? 'git_timeout unknown' : 'git_unavailable'),
  },
  {
    name: 'deadline',
    when: OPEN,
    run: () => vi.advanceTimersByTime(DEADLINE_MS),
    becomes: expired,
  },
  {
    name: 'disconnect',
    when: ['waiting', 'decided', 'imported', 'in doubt'],
    run: ({ caller }) => caller.abort(),
    becomes: expired,
  },
]

/** Every state that a run passed through. */
const reached = new Set<State>()

function assertAgree(model: Model, { request, answers }: Stage): void {
  reached.add(request.state)
  expect([request.state, ...answers]).toEqual([
    model.state,
    ...(model.answer === null ? [] : [model.answer]),
  ])
}

class Command implements fc.AsyncCommand<Model, Stage> {
  readonly #step: Step
  constructor(step: Step) {
    this.#step = step
  }
  check = ({ state }: Readonly<Model>) => this.#step.when.includes(state) || state === 'answered'
  async run(model: Model, real: Stage): Promise<void> {
    if (model.state === 'answered') this.#step.run(real)
    else {
      this.#step.run(real)
      this.#step.becomes(model)
    }
    await settled()
    assertAgree(model, real)
  }
  toString = () => this.#step.name
}

function assertRefused(step: () => void, state: State): void {
  expect(step).toThrow(`while it is ${state}`)
}

/** Any step that the table forbids is refused and changes nothing. */
class Forbidden implements fc.AsyncCommand<Model, Stage> {
  readonly #next: State
  constructor(next: State) {
    this.#next = next
  }
  check = ({ state }: Readonly<Model>) =>
    state !== 'answered' && !TRANSITIONS[state].includes(this.#next)
  async run({ state, doubt, answer }: Model, real: Stage): Promise<void> {
    const { request } = real
    const steps: Partial<Record<State, () => void>> = {
      decided: () => request.decided(),
      imported: () => request.imported(0),
      pushing: () => request.pushing(),
      'in doubt': () => request.unresolved('one'),
    }
    const step = steps[this.#next]
    if (step !== undefined) assertRefused(step, state)
    assertAgree({ state, doubt, answer }, real)
  }
  toString = () => `forbidden ${this.#next}`
}

it('passes only through the states of the table and gets one answer, "unknown" exactly while a push may land', async () => {
  // The steps of a write come more often than its ends, so that runs get far.
  const often = STEPS.slice(0, -5)
  const commands = [
    ...[...STEPS, ...often, ...often].map((step) => fc.constant(new Command(step))),
    ...(Object.keys(TRANSITIONS) as State[]).map((next) => fc.constant(new Forbidden(next))),
  ]
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), async (run) => {
      const setup = () => {
        const model: Model = { state: 'waiting', doubt: null, answer: null }
        return { model, real: stage() }
      }
      let last: Stage | null = null
      await fc.asyncModelRun(() => {
        const made = setup()
        last = made.real
        return made
      }, run)
      const { request } = last as unknown as Stage
      if (!request.isAnswered) request.refuse(broken())
      await settled()
    }),
    { numRuns: 1000 },
  )
  expect(reached).toEqual(new Set(Object.keys(TRANSITIONS)))
})
