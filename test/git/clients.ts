import type { Acked } from './history-checker.ts'

interface Intent {
  readonly does: 'create' | 'delete'
  readonly name: string
  readonly key: string
  readonly body: object | null
}

interface Answer {
  readonly status: number
  readonly code: string
}

/**
 * Clients that create stores and sometimes delete one, each request with a key. A request without
 * an answer or with an error is kept and sent again with the same key.
 */
export class Clients {
  readonly acked: Acked[] = []
  /** Answers other than success. */
  readonly refused: Answer[] = []
  /** First revision in an answer to each key. Later answers must contain the same one. */
  readonly revisions = new Map<string, string>()
  readonly #pending: Intent[] = []
  readonly #prefix: string
  #made = 0

  constructor(prefix = 'shop') {
    this.#prefix = prefix
  }

  get pending(): number {
    return this.#pending.length
  }

  get creates(): number {
    return this.acked.filter(({ does }) => does === 'create').length
  }

  /** @param limit total number of intents to create; 0: only send pending ones again */
  async run(
    urls: readonly string[],
    width: number,
    stopped: AbortSignal,
    limit: number,
  ): Promise<void> {
    await Promise.all(
      Array.from({ length: width }, (_, n) =>
        this.#person(urls[n % urls.length] ?? '', stopped, limit),
      ),
    )
  }

  async #person(url: string, stopped: AbortSignal, limit: number): Promise<void> {
    while (!stopped.aborted) {
      const intent = this.#pending.shift() ?? (this.#made < limit ? this.#next() : undefined)
      if (intent === undefined) return
      const answered = await this.#send(url, intent, stopped).catch(() => false)
      if (!answered) this.#pending.push(intent)
    }
  }

  #next(): Intent {
    this.#made += 1
    const key = `key-${this.#prefix}-${this.#made}`
    const old = this.#made % 8 === 0 ? this.acked[Math.floor(this.acked.length / 2)] : undefined
    if (
      old?.does === 'create' &&
      !this.acked.some(({ does, name }) => does === 'delete' && name === old.name)
    ) {
      return { does: 'delete', name: old.name, key, body: null }
    }
    const name = `${this.#prefix}-${this.#made}`
    const cluster = ['in-cluster', 'second', 'third'][this.#made % 3]
    return { does: 'create', name, key, body: { name, team: `team-${this.#made % 10}`, cluster } }
  }

  async #send(
    url: string,
    { does, name, key, body }: Intent,
    signal: AbortSignal,
  ): Promise<boolean> {
    const path = does === 'create' ? '/api/v1/stores' : `/api/v1/stores/${name}`
    const response = await fetch(`${url}${path}`, {
      method: does === 'create' ? 'POST' : 'DELETE',
      headers: {
        'Idempotency-Key': key,
        ...(body === null ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      signal,
    })
    const text = await response.text()
    if (!response.ok) {
      const { code } = JSON.parse(text) as { code: string }
      this.refused.push({ status: response.status, code })
      return false
    }
    const revision = does === 'create' ? (JSON.parse(text) as { revision: string }).revision : null
    const etag = response.headers.get('ETag')
    if (revision !== null) this.#remember(key, revision)
    this.acked.push({ name, does, revision, etag })
    return true
  }

  #remember(key: string, revision: string): void {
    const before = this.revisions.get(key)
    if (before !== undefined && before !== revision)
      throw new Error(`${key} was answered with two commits`)
    this.revisions.set(key, revision)
  }
}
