import type { Platform } from '../contract/platform-file.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { neighbourProblems } from '../domain/admission/neighbours.ts'
import { storeFolder } from '../domain/layout.ts'
import { objectFormatOf } from '../domain/object-format.ts'
import { changeRules, reservedProblems, type Step } from './change-check.ts'
import { readLayout, type Layout, type StoreRows } from './layout.ts'
import { MAX_FILE_BYTES } from './manifests.ts'
import { outsideProblems, readPlatform } from './outside-check.ts'
import { type CheckProblem, problem } from './problem.ts'
import type { Repository } from './repository.ts'
import {
  checkStore,
  type PendingFile,
  readIntent,
  type StoreContent,
  type StoreFindings,
} from './store-check.ts'

export interface CheckOptions {
  /** Full ids of commits. */
  readonly head: string
  /** The commit to compare with; `null` = check everything. */
  readonly base: string | null
  /** Labels of the pull request. */
  readonly labels: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number
  /** Checks one store, possibly on another thread. Called for many at once. @default `checkStore` in this thread */
  readonly check?: (...input: Parameters<typeof checkStore>) => Promise<StoreFindings>
}

/** A remark that does not fail the check. */
export interface Note {
  readonly path: string
  readonly detail: string
}

export interface CheckReport {
  readonly head: string
  readonly base: string | null
  /** Number of stores at the head, and of those that were checked. */
  readonly stores: number
  readonly checked: number
  readonly problems: readonly CheckProblem[]
  readonly notes: readonly Note[]
  /** Generated files that Storewright will write after the merge, by store. */
  readonly pending: readonly {
    readonly team: string
    readonly name: string
    readonly files: readonly PendingFile[]
  }[]
}

/** Checks C01 to C21 for a commit, and for the change since `base` if it is given. */
export async function checkRepository(
  repository: Repository,
  options: CheckOptions,
): Promise<CheckReport> {
  const head = await readLayout(repository, options.head)
  const base = options.base === null ? null : await readLayout(repository, options.base)
  const run = new CheckRun(repository, options, head, base)
  await run.check()
  return {
    head: options.head,
    base: options.base,
    stores: head.stores.size,
    checked: run.checked,
    problems: run.problems.toSorted(inOrder),
    notes: run.notes,
    pending: run.pending,
  }
}

/** One store at the head and at the base. */
interface Pair {
  readonly rows: StoreRows | null
  readonly before: StoreRows | null
}

/** Result for one store. `findings` is `null` if none of its inputs changed. */
type Look =
  | { readonly intent: StoreFile | null; readonly findings: null }
  | {
      readonly intent: StoreFile | null
      readonly findings: StoreFindings
      /** Problems that exist at the base already. */
      readonly known: readonly CheckProblem[]
    }

/** Number of stores that are read together, so that threads can check them. */
const AT_ONCE = 128

class CheckRun {
  readonly problems: CheckProblem[] = []
  readonly notes: Note[] = []
  readonly pending: CheckReport['pending'][number][] = []
  checked = 0
  readonly #repository: Repository
  readonly #options: CheckOptions
  readonly #head: Layout
  readonly #base: Layout | null
  /** Intents by `team/name`; `null` if they do not parse. */
  readonly #intents = new Map<string, StoreFile | null>()

  constructor(repository: Repository, options: CheckOptions, head: Layout, base: Layout | null) {
    this.#repository = repository
    this.#options = options
    this.#head = head
    this.#base = base
  }

  async check(): Promise<void> {
    this.#add(this.#head.problems, this.#base?.problems ?? [])
    const now = await readPlatform(this.#repository, this.#head)
    const was = this.#base === null ? null : await readPlatform(this.#repository, this.#base)
    this.problems.push(...now.problems)
    this.#add(
      await outsideProblems(this.#repository, this.#head, now.platform),
      this.#base === null
        ? []
        : await outsideProblems(this.#repository, this.#base, was?.platform ?? null),
    )
    const platform = now.platform ?? was?.platform ?? null
    if (platform === null) {
      this.#note('platform.yaml', 'stores were not checked, because platform.yaml is not valid')
      return
    }
    const moved = this.#head.files.get('platform.yaml') !== this.#base?.files.get('platform.yaml')
    const before = moved ? (was?.platform ?? null) : platform
    const there = [...this.#pairs()].flatMap(([key, { rows, before: old }]) =>
      rows === null ? [] : [{ key, rows, old }],
    )
    for (let from = 0; from < there.length; from += AT_ONCE) {
      const some = there.slice(from, from + AT_ONCE)
      const looked = await Promise.all(
        some.map(({ rows, old }) => this.#look(rows, old, platform, before)),
      )
      for (const [n, { key, rows }] of some.entries()) this.#take(key, rows, looked[n])
    }
    this.#names(platform)
    await this.#change(platform, was?.platform ?? null)
  }

  /** Adds new problems. Problems that exist at the base become notes. */
  #add(problems: readonly CheckProblem[], known: readonly CheckProblem[]): void {
    const key = ({ path, pointer, detail }: CheckProblem) => `${path}\0${pointer}\0${detail}`
    const before = new Set(known.map(key))
    for (const one of problems) {
      if (before.has(key(one))) this.#note(one.path, `${one.detail} (not new)`)
      else this.problems.push(one)
    }
  }

  #pairs(): ReadonlyMap<string, Pair> {
    const pairs = new Map<string, Pair>()
    for (const [key, rows] of this.#head.stores) {
      pairs.set(key, { rows, before: this.#base?.stores.get(key) ?? null })
    }
    for (const [key, before] of this.#base?.stores ?? []) {
      if (!pairs.has(key)) pairs.set(key, { rows: null, before })
    }
    return pairs
  }

  async #look(
    rows: StoreRows,
    before: StoreRows | null,
    platform: Platform,
    was: Platform | null,
  ): Promise<Look> {
    const same = before?.id === rows.id
    if (same && platform === was) {
      return {
        intent: readIntent(await this.#content(rows, ['store.yaml'])).intent,
        findings: null,
      }
    }
    const { check = async (...input) => checkStore(...input) } = this.#options
    const content = await this.#content(rows)
    const touched = this.#base === null || generatedIds(rows) !== generatedIds(before)
    const findings = await check(content, platform, touched)
    const known = same && was !== null ? (await check(content, was, touched)).problems : []
    return { intent: findings.intent, findings, known }
  }

  #take(key: string, { team, name }: StoreRows, look: Look | undefined): void {
    this.#intents.set(key, look?.intent ?? null)
    if (look === undefined || look.findings === null) return
    this.checked += 1
    this.#add(look.findings.problems, look.known)
    const { pending: files } = look.findings
    if (files.length > 0) this.pending.push({ team, name, files })
  }

  async #content(rows: StoreRows, only?: readonly string[]): Promise<StoreContent> {
    const files = new Map<string, Uint8Array>()
    for (const [file, id] of rows.files) {
      if (only?.includes(file) === false) continue
      const bytes = await this.#repository.blob(id, MAX_FILE_BYTES)
      if (bytes !== null) files.set(file, bytes)
      else if (only === undefined) {
        const path = `${storeFolder(rows.team, rows.name)}/${file}`
        this.problems.push(problem('C01', path, 'is larger than 1 MiB'))
      }
    }
    return { team: rows.team, name: rows.name, files, objectFormat: objectFormatOf(rows.id) }
  }

  /** C03: names and domains are unique across the platform. */
  #names(platform: Platform): void {
    const holders = new Map<string, string>()
    for (const [key, { name, team }] of this.#head.stores) {
      const holder = holders.get(name)
      if (holder === undefined) holders.set(name, key)
      else if (this.#base?.stores.has(key) !== true || !this.#base.stores.has(holder)) {
        const detail = `the name is taken by ${holder}; names are unique across all teams`
        this.problems.push(problem('C03', storeFolder(team, name), detail))
      }
    }
    const stores = new Map(
      Array.from(this.#head.stores, ([key, { name, team }]) => [
        name,
        { name, team, intent: this.#intents.get(key) ?? null },
      ]),
    )
    for (const [key, { name, team, id }] of this.#head.stores) {
      const intent = this.#intents.get(key)
      if (intent === null || intent === undefined || this.#base?.stores.get(key)?.id === id)
        continue
      const path = `${storeFolder(team, name)}/store.yaml`
      for (const { pointer, detail } of neighbourProblems(intent, { platform, stores })) {
        this.problems.push(problem('C03', path, detail, pointer))
      }
    }
  }

  /** C11 to C15, C21 and the rules for new stores. Without a base, only the names are checked. */
  async #change(platform: Platform, was: Platform | null): Promise<void> {
    if (this.#base === null) {
      for (const intent of this.#declared())
        this.problems.push(...reservedProblems(intent, platform))
      return
    }
    const limits = was ?? platform
    const { nowMs, labels } = this.#options
    const since = nowMs - limits.massDelete.windowMinutes * 60_000
    const removals = await this.#repository.removals(this.#base.commit, since)
    const vacated = await this.#repository.vacated(this.#base.commit)
    if (this.#repository.shallow) {
      this.#note('', 'the clone is shallow, so reserved names and recent deletions may be unknown')
    }
    this.problems.push(
      ...changeRules({
        steps: await this.#steps(),
        declared: this.#declared(),
        platform,
        was: limits,
        removals,
        vacated,
        storesBefore: this.#base.stores.size,
        labels,
        nowMs,
      }),
    )
  }

  /** Stores whose folder was added, removed or changed. */
  async #steps(): Promise<readonly Step[]> {
    const steps: Step[] = []
    for (const [key, { rows, before }] of this.#pairs()) {
      if (rows?.id === before?.id) continue
      const { team, name } = rows ?? (before as StoreRows)
      const content = before === null ? null : await this.#content(before, ['store.yaml'])
      const old = content === null ? null : readIntent(content).intent
      const now = rows === null ? null : (this.#intents.get(key) ?? null)
      steps.push({
        team,
        name,
        // An unreadable intent may belong to a running store, so it counts as active.
        before: before === null ? null : { intent: old, state: old?.lifecycle.state ?? 'active' },
        after: rows === null ? null : { intent: now, state: now?.lifecycle.state ?? 'active' },
      })
    }
    return steps
  }

  #declared(): readonly StoreFile[] {
    return [...this.#intents.values()].filter((intent) => intent !== null)
  }

  #note(path: string, detail: string): void {
    this.notes.push({ path, detail })
  }
}

/** Ids of the generated files. Equal text means equal files. */
function generatedIds(rows: StoreRows | null): string {
  return `${rows?.files.get('app.json') ?? ''} ${rows?.manifestsTree ?? ''}`
}

function inOrder(a: CheckProblem, b: CheckProblem): number {
  const key = (one: CheckProblem) => `${one.path}\0${one.rule}`
  return key(a) < key(b) ? -1 : Number(key(a) > key(b))
}
