/** Limit on the files of a store's folder in one response. */
export interface FileCap {
  readonly files: number
  /** UTF-8 bytes of all files together. */
  readonly bytes: number
}

/** A rendered store has about 11 files with 45 KiB in total, but a pushed folder may have any number. */
export const ANSWER_CAP: FileCap = { files: 1_000, bytes: 512 * 1024 }

/** Sort order of files under a cap: store.yaml, then app.json, then by path. */
export function intentFirst(a: string, b: string): number {
  const first = (path: string) => (path === 'store.yaml' ? 0 : path === 'app.json' ? 1 : 2)
  return first(a) - first(b) || (a < b ? -1 : a === b ? 0 : 1)
}

interface FileText {
  readonly path: string
  readonly content: string
}

/** Takes files in the order of {@link intentFirst} until one does not fit. */
export class CappedFiles {
  readonly #cap: FileCap
  readonly taken: FileText[] = []
  #bytes = 0
  truncated = false

  constructor(cap: FileCap) {
    this.#cap = cap
  }

  /** Returns false if the cap is reached. No further file is taken then. */
  take(file: FileText): boolean {
    const bytes = new TextEncoder().encode(file.content).length
    const fits = this.taken.length < this.#cap.files && this.#bytes + bytes <= this.#cap.bytes
    if (this.truncated || !fits) {
      this.truncated = true
      return false
    }
    this.#bytes += bytes
    this.taken.push(file)
    return true
  }
}
