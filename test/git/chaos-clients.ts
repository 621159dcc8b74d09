import type { Store } from '../../src/contract/store.ts'
import { pause } from './harness.ts'

/** Address of the server; `null` while it is down. */
export interface Door {
  url: string | null
}

/** A change of a shared store, with the ETag that its author had read. */
export interface SharedChange {
  readonly revision: string
  readonly ifMatch: string
}

/** Expected final state of a store of one client. */
interface Wanted {
  title: string
  plan: string
  lifecycle: Store['lifecycle']
  /** Commit of the newest change of the title, which can be reverted. */
  newest: string | null
}

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Results of a client, in the order of the answers. */
export interface Told {
  readonly acked: number
  readonly refused: ReadonlyMap<string, number>
  /** Requests sent again because the server was killed or busy. */
  readonly repeated: number
  readonly revisions: readonly string[]
  readonly shared: readonly SharedChange[]
  /** Stores that only this client changes, by name. */
  readonly wanted: ReadonlyMap<string, Readonly<Wanted>>
}

const PLANS = ['small', 'medium', 'large']

/**
 * A client of the API with one request at a time. An unanswered request is sent again with the same
 * key.
 */
export class ChaosClient implements Told {
  acked = 0
  repeated = 0
  readonly refused = new Map<string, number>()
  readonly revisions: string[] = []
  readonly shared: SharedChange[] = []
  readonly wanted = new Map<string, Wanted>()
  readonly #name: string
  readonly #door: Door
  readonly #random: () => number
  readonly #team: string
  /** Values before a change, by its commit. */
  readonly #former = new Map<string, { title: string; plan: string }>()
  #made = 0
  #keys = 0

  constructor(position: number, door: Door, random: () => number) {
    this.#name = `c${position}`
    this.#team = `team-${position}`
    this.#door = door
    this.#random = random
  }

  async run(stopped: AbortSignal, shared: readonly string[]): Promise<void> {
    while (!stopped.aborted) {
      await this.#step(shared)
      await pause(this.#random() * 250)
    }
  }

  #step(shared: readonly string[]): Promise<void> {
    const own = [...this.wanted.keys()]
    const pick = this.#random()
    if (own.length < 3 || pick < 0.25) return this.#create()
    const name = own[Math.floor(this.#random() * own.length)] ?? ''
    const wanted = this.wanted.get(name) as Wanted
    if (pick < 0.4) return this.#sharedChange(shared)
    if (wanted.lifecycle === 'deleted') return this.#move(name, 'restore', 'active')
    if (pick < 0.6) return this.#patch(name, wanted)
    if (pick < 0.7 && wanted.newest !== null) return this.#revert(name, wanted, wanted.newest)
    if (pick < 0.85) {
      return wanted.lifecycle === 'active'
        ? this.#move(name, 'suspend', 'suspended')
        : this.#move(name, 'resume', 'active')
    }
    if (pick < 0.9) return this.#delete(name, wanted)
    return this.#again(name, pick < 0.95 ? 'retry' : 'render')
  }

  async #create(): Promise<void> {
    this.#made += 1
    const name = `${this.#name}-${this.#made}`
    const { status, body } = await this.#ask('POST', '/api/v1/stores', { name, team: this.#team })
    if (status !== 201) return
    this.wanted.set(name, { title: name, plan: 'small', lifecycle: 'active', newest: null })
    this.revisions.push(String(body['revision']))
  }

  async #patch(name: string, wanted: Wanted): Promise<void> {
    const title = `${name} by ${this.#name} ${this.#keys}`
    const plan = PLANS[Math.floor(this.#random() * 6)] ?? wanted.plan
    const former = { title: wanted.title, plan: wanted.plan }
    const { status, body } = await this.#change(name, 'PATCH', '', { title, plan }, '*')
    if (status !== 200) return
    const newest = String(body['revision'])
    this.#former.set(newest, former)
    Object.assign(wanted, { title, plan, newest })
  }

  /** Reverts the newest change of title and plan. */
  async #revert(name: string, wanted: Wanted, commit: string): Promise<void> {
    const body = { commit, reason: 'taken back by chance' }
    const { status } = await this.#change(name, 'POST', '/revert', body)
    if (status === 200) Object.assign(wanted, this.#former.get(commit), { newest: null })
  }

  async #move(name: string, verb: string, lifecycle: Store['lifecycle']): Promise<void> {
    const { status, body } = await this.#change(name, 'POST', `/${verb}`, {})
    if (status !== 200) return
    const wanted = this.wanted.get(name) as Wanted
    // A restored store has the lifecycle of before its deletion.
    wanted.lifecycle = verb === 'restore' ? (body['lifecycle'] as Store['lifecycle']) : lifecycle
  }

  async #delete(name: string, wanted: Wanted): Promise<void> {
    const { status } = await this.#ask('DELETE', `/api/v1/stores/${name}`, null)
    if (status === 204) wanted.lifecycle = 'deleted'
  }

  async #again(name: string, verb: string): Promise<void> {
    await this.#change(name, 'POST', `/${verb}`, verb === 'retry' ? { what: 'init' } : {})
  }

  /** Reads a shared store and changes it with If-Match. */
  async #sharedChange(shared: readonly string[]): Promise<void> {
    const name = shared[Math.floor(this.#random() * shared.length)] ?? ''
    const seen = await this.#ask('GET', `/api/v1/stores/${name}`, null)
    if (seen.status !== 200) return
    const ifMatch = String(seen.body['etag'])
    const title = `${name} by ${this.#name} ${this.#keys}`
    const { status, body } = await this.#change(name, 'PATCH', '', { title }, ifMatch)
    if (status === 200) this.shared.push({ revision: String(body['revision']), ifMatch })
  }

  async #change(name: string, method: string, path: string, body: object, ifMatch?: string) {
    const answer = await this.#ask(method, `/api/v1/stores/${name}${path}`, body, ifMatch)
    const revision = answer.body['revision']
    if (answer.status === 200 && typeof revision === 'string') this.revisions.push(revision)
    return answer
  }

  /**
   * Sends a request until it gets a status below 500. Retries while the server is down or returns
   * 503 or 504.
   */
  async #ask(method: string, path: string, body: object | null, ifMatch?: string): Promise<Answer> {
    this.#keys += 1
    const headers: Record<string, string> = { 'Idempotency-Key': `${this.#name}-key-${this.#keys}` }
    if (body !== null) headers['Content-Type'] = 'application/json'
    if (ifMatch !== undefined) headers['If-Match'] = ifMatch
    for (;;) {
      const answer = await this.#send(method, path, body, headers)
      if (typeof answer === 'object' && answer.status < 500) {
        this.#note(method, answer)
        return answer
      }
      if (typeof answer === 'object' && answer.status === 500)
        throw new Error(`${method} ${path} ended with 500`)
      if (answer !== 'closed') this.repeated += 1
      await pause(100 + this.#random() * 100)
    }
  }

  #note(method: string, { status, body }: Answer): void {
    if (method === 'GET') return
    if (status < 300) {
      this.acked += 1
      return
    }
    const code = String(body['code'])
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1)
  }

  async #send(
    method: string,
    path: string,
    body: object | null,
    headers: Record<string, string>,
  ): Promise<Answer | 'closed' | 'unanswered'> {
    const { url } = this.#door
    if (url === null) return 'closed'
    try {
      const text = body === null ? {} : { body: JSON.stringify(body) }
      const reply = await fetch(url + path, { method, headers, ...text })
      const said = await reply.text()
      return { status: reply.status, body: said === '' ? {} : (JSON.parse(said) as Answer['body']) }
    } catch {
      return 'unanswered'
    }
  }
}
