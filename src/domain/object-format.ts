/** Hash function that names the objects of a Git repository. */
export type ObjectFormat = 'sha1' | 'sha256'

/** Derived from the length of any object id: 40 hex digits, or 64 for SHA-256 (git-init(1), `--object-format`). */
export function objectFormatOf(id: string): ObjectFormat {
  return id.length === 64 ? 'sha256' : 'sha1'
}
