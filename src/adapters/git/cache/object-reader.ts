import { type ChildProcess, type GitProcessProfile, killGroup, spawnGit } from '../process/git.ts'

export interface GitObject {
  readonly id: string
  readonly type: 'commit' | 'tree' | 'blob' | 'tag'
  readonly size: number
  /** Empty for {@link ObjectReader.info}. */
  readonly content: Buffer
}

interface Waiting {
  readonly withContent: boolean
  readonly resolve: (object: GitObject | null) => void
  readonly reject: (error: Error) => void
}

/** `git cat-file` ended or gave an invalid answer; the cache may be damaged. */
export class ObjectReadError extends Error {
  override readonly name = 'ObjectReadError'
}

/**
 * Reads objects through one long-lived `git cat-file --batch-command` instead of one process per
 * store.
 * Requests go to stdin and are answered in order. The process starts at the first request and
 * restarts after it ended.
 * `expression` is any revision without white space, such as `<commit>:stores/acme/shop-1`.
 */
export class ObjectReader {
  readonly #profile: GitProcessProfile
  #child: ChildProcess | null = null
  #waiting: Waiting[] = []
  #chunks: Buffer[] = []
  #buffered = 0
  /** Bytes to buffer before parsing the first answer again. */
  #needed = 1

  constructor(profile: GitProcessProfile) {
    this.#profile = profile
  }

  /** Type, size and content; `null` if there is no such object. @throws ObjectReadError */
  read(expression: string): Promise<GitObject | null> {
    return this.#request('contents', expression, true)
  }

  /** Type and size; `null` if there is no such object. @throws ObjectReadError */
  info(expression: string): Promise<GitObject | null> {
    return this.#request('info', expression, false)
  }

  /** Ends the process and fails its requests; the next request starts a new one. */
  restart(): void {
    if (this.#child !== null) killGroup(this.#child)
    this.#fail(new ObjectReadError('the reading process was restarted'))
  }

  #request(command: string, expression: string, withContent: boolean): Promise<GitObject | null> {
    if (/\s/.test(expression)) return Promise.resolve(null)
    return new Promise((resolve, reject) => {
      const child = (this.#child ??= this.#start())
      this.#waiting.push({ withContent, resolve, reject })
      child.stdin?.write(`${command} ${expression}\n`)
    })
  }

  #start(): ChildProcess {
    const child = spawnGit(this.#profile, ['--no-replace-objects', 'cat-file', '--batch-command'])
    const ended = () => {
      if (this.#child === child) this.#fail(new ObjectReadError('git cat-file ended'))
    }
    child.on('error', ended)
    child.on('close', ended)
    child.stdin?.on('error', ended)
    child.stderr?.resume()
    child.stdout?.on('data', (chunk: Buffer) => {
      if (this.#child === child) this.#receive(chunk)
    })
    return child
  }

  #fail(error: ObjectReadError): void {
    const waiting = this.#waiting
    this.#child = null
    this.#waiting = []
    this.#chunks = []
    this.#buffered = 0
    this.#needed = 1
    for (const request of waiting) request.reject(error)
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    if (this.#buffered < this.#needed) return
    let rest = Buffer.concat(this.#chunks)
    try {
      for (;;) {
        const taken = this.#answerFirst(rest)
        if (taken === 0) break
        rest = rest.subarray(taken)
      }
    } catch (error) {
      if (this.#child !== null) killGroup(this.#child)
      this.#fail(new ObjectReadError('git cat-file gave an invalid answer', { cause: error }))
      return
    }
    this.#chunks = [rest]
    this.#buffered = rest.length
  }

  /**
   * Answers the first request if `bytes` hold its whole answer. Returns the number of consumed
   * bytes.
   */
  #answerFirst(bytes: Buffer): number {
    const request = this.#waiting[0]
    const lineEnd = bytes.indexOf(0x0a)
    this.#needed = bytes.length + 1
    if (request === undefined || lineEnd < 0) return 0
    const line = bytes.toString('utf8', 0, lineEnd)
    const header = /^([0-9a-f]{40}|[0-9a-f]{64}) (commit|tree|blob|tag) ([0-9]+)$/.exec(line)
    if (header === null) {
      if (!/ (missing|ambiguous)$/.test(line)) throw new Error('unknown answer')
      this.#waiting.shift()
      request.resolve(null)
      return lineEnd + 1
    }
    const [, id = '', type = '', size = ''] = header
    const end = lineEnd + 1 + (request.withContent ? Number(size) + 1 : 0)
    if (bytes.length < end) {
      this.#needed = end
      return 0
    }
    this.#waiting.shift()
    request.resolve({
      id,
      type: type as GitObject['type'],
      size: Number(size),
      // Copied, because a slice would keep the whole chunk in memory.
      content: request.withContent
        ? Buffer.from(bytes.subarray(lineEnd + 1, end - 1))
        : Buffer.alloc(0),
    })
    return end
  }
}
