/** Hash by which a Git repository names its objects. */
export type ObjectFormat = 'sha1' | 'sha256'

/** Told by any id of that repository: 40 hex digits, or 64 for SHA-256 (git-init(1), `--object-format`). */
export function objectFormatOf(id: string): ObjectFormat {
  return id.length === 64 ? 'sha256' : 'sha1'
}
