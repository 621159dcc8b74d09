import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A text in a file that is replaced as a whole, so a reader never sees a part of it. */
export interface TextFile {
  /** `null` if the file does not exist. @throws Error it cannot be read */
  read(): Promise<string | null>
  /** Resolves when the text is on disk. @throws Error it cannot be written */
  write(text: string): Promise<void>
}

/** The file `name` of `dataDir`, readable by the user of this process alone. */
export function textFile(dataDir: string, name: string): TextFile {
  const path = join(dataDir, name)
  return {
    async read() {
      try {
        return await readFile(path, 'utf8')
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
        throw error
      }
    },
    async write(text) {
      await writeFile(`${path}.new`, text, { mode: 0o600, flush: true })
      await rename(`${path}.new`, path)
    },
  }
}
