import type { Component, StoreFile } from '../../../../src/contract/store-file.ts'

/** Lists of store.yaml as lines of a text box, and back. The server checks what they say. */

export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

export function labelLines(labels: StoreFile['labels'] = {}): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join('\n')
}

/** `null` takes all labels away. A line without `=` is a label without a value. */
export function labelsOf(text: string): Record<string, string> | null {
  const entries = linesOf(text).map((line) => {
    const at = line.indexOf('=')
    return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
  })
  return entries.length === 0 ? null : (Object.fromEntries(entries) as Record<string, string>)
}

/** `slug version sha256`, as `sha256sum` and people write them. */
export function componentLines(components: readonly Component[] = []): string {
  return components.map(({ slug, version, sha256 }) => `${slug} ${version} ${sha256}`).join('\n')
}

/** A word that is missing is an empty one, for the server to refuse with its place. */
export function componentsOf(text: string): Component[] {
  return linesOf(text).map((line) => {
    const [slug = '', version = '', sha256 = ''] = line.split(/\s+/)
    return { slug, version, sha256 }
  })
}
