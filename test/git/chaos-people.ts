import { storeYaml } from '../../src/testing/writes.ts'
import { pause } from './harness.ts'
import type { Person } from './person.ts'

/** A store that only this person edits, with Git. */
interface OwnStore {
  /** Text of the last pushed store.yaml; `null`: the folder was removed. */
  text: string | null
  /** Its rendered files were edited by hand. */
  edited: boolean
}

/**
 * A simulated person who works on the stores repo with plain git: new stores, edits, reverts,
 * mistakes.
 */
export class ChaosPerson {
  /** Commits that the remote accepted, newest last. */
  readonly pushed: string[] = []
  /** Changes given up because of a conflict with changes of others. */
  collided = 0
  readonly own = new Map<string, OwnStore>()
  readonly #name: string
  readonly #person: Person
  readonly #random: () => number
  readonly #team: string
  #made = 0
  #steps = 0

  constructor(position: number, person: Person, random: () => number) {
    this.#name = `p${position}`
    this.#team = `team-${7 + position}`
    this.#person = person
    this.#random = random
  }

  async run(stopped: AbortSignal, shared: readonly string[]): Promise<void> {
    while (!stopped.aborted) {
      this.#steps += 1
      await this.#person.git('fetch', '-q', 'origin')
      await this.#person.git('reset', '-q', '--hard', 'origin/main')
      await this.#step(shared)
      await pause(200 + this.#random() * 1000)
    }
  }

  async #step(shared: readonly string[]): Promise<void> {
    const live = [...this.own].filter(([, { text }]) => text !== null).map(([name]) => name)
    const pick = this.#random()
    if (live.length < 3 || pick < 0.25) return this.#begin()
    const name = live[Math.floor(this.#random() * live.length)] ?? ''
    if (pick < 0.45) return this.#retitle(name)
    if (pick < 0.65) return this.#retitleShared(shared)
    if (pick < 0.75) return this.#undo(name)
    if (pick < 0.83) return this.#spoil(name)
    if (pick < 0.9) return this.#touchManifest(name)
    if (pick < 0.94) return this.#remove(name)
    return this.#platform()
  }

  async #begin(): Promise<void> {
    this.#made += 1
    const name = `${this.#name}-${this.#made}`
    await this.#save(name, storeYaml(this.#team, name), 'a new shop')
  }

  async #retitle(name: string): Promise<void> {
    const title = `title: ${name} step ${this.#steps}`
    const now = this.own.get(name)?.text ?? ''
    // After a mistake the whole file is rewritten.
    const text = now.includes('title: ') ? now : storeYaml(this.#team, name)
    await this.#save(name, text.replace(/^title: .*$/m, title), 'another title')
  }

  async #save(name: string, text: string, message: string): Promise<void> {
    await this.#person.write(`${this.#folder(name)}/store.yaml`, text)
    if (!(await this.#push(message))) return
    this.own.set(name, { text, edited: this.own.get(name)?.edited ?? false })
  }

  async #retitleShared(shared: readonly string[]): Promise<void> {
    const name = shared[Math.floor(this.#random() * shared.length)] ?? ''
    const path = `stores/default/${name}/store.yaml`
    const title = `title: ${name} by ${this.#name} ${this.#steps}`
    const text = await this.#person.read(path)
    await this.#person.write(path, text.replace(/^title: .*$/m, title))
    await this.#push('a title that others change too')
  }

  /** Reverts the newest commit on a store if this person made it. */
  async #undo(name: string): Promise<void> {
    const path = `${this.#folder(name)}/store.yaml`
    const newest = (await this.#person.git('log', '-1', '--format=%H', '--', path)).trim()
    const mine = this.pushed.includes(newest)
    if (!mine) return
    try {
      await this.#person.git('revert', '--no-edit', newest)
    } catch {
      await this.#person.git('revert', '--abort')
      return
    }
    if (!(await this.#land())) return
    const text = await this.#person.read(path).catch(() => null)
    this.own.set(name, { text, edited: this.own.get(name)?.edited ?? false })
  }

  /** Makes a mistake: a store.yaml that does not parse. */
  async #spoil(name: string): Promise<void> {
    await this.#save(name, 'kind: Store\nname: [\n', 'oops')
  }

  async #touchManifest(name: string): Promise<void> {
    const path = `${this.#folder(name)}/manifests/00-namespace.yaml`
    const text = await this.#person.read(path).catch(() => null)
    if (text === null) return
    await this.#person.write(path, `${text}# by hand\n`)
    if (!(await this.#push('quick fix'))) return
    this.own.set(name, { ...(this.own.get(name) as OwnStore), edited: true })
  }

  async #remove(name: string): Promise<void> {
    await this.#person.write(this.#folder(name), null)
    if (await this.#push('not needed')) this.own.set(name, { text: null, edited: false })
  }

  /**
   * Edits platform.yaml: usually a comment, which changes no store, sometimes the scheme, which
   * changes every store.
   */
  async #platform(): Promise<void> {
    const text = await this.#person.read('platform.yaml')
    const other = this.#random() < 0.15
    const next = /^scheme: http$/m.test(text)
      ? text.replace(/^scheme: http$/m, 'scheme: https')
      : text.replace(/^(?:# )?scheme: https$/m, 'scheme: http')
    await this.#person.write('platform.yaml', other ? next : `# ${this.#steps}\n${text}`)
    await this.#push('the fleet')
  }

  async #push(message: string): Promise<boolean> {
    // Unchanged files need no commit.
    if ((await this.#person.git('status', '--porcelain')) === '') return false
    await this.#person.commit(message)
    return this.#land()
  }

  async #land(): Promise<boolean> {
    if (!(await this.#person.push())) {
      this.collided += 1
      return false
    }
    this.pushed.push((await this.#person.git('rev-parse', 'HEAD')).trim())
    return true
  }

  #folder(name: string): string {
    return `stores/${this.#team}/${name}`
  }
}
