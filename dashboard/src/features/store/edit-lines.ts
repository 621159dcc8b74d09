import type { StoreFile } from '@storewright/contract/store-file.ts'
import type { Component } from '@storewright/contract/store-values.ts'

/**
 * Converts lists of store.yaml to lines of a text box and back. The server validates their content.
 */

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

/** `null` removes all labels. A line without `=` is a label without a value. */
export function labelsOf(text: string): Record<string, string> | null {
  const entries = linesOf(text).map((line) => {
    const at = line.indexOf('=')
    return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
  })
  return entries.length === 0 ? null : (Object.fromEntries(entries) as Record<string, string>)
}

/** `slug version sha256` per line. */
export function componentLines(components: readonly Component[] = []): string {
  return components.map(({ slug, version, sha256 }) => `${slug} ${version} ${sha256}`).join('\n')
}

/** A missing word becomes an empty one, so that the server reports its place. */
export function componentsOf(text: string): Component[] {
  return linesOf(text).map((line) => {
    const [slug = '', version = '', sha256 = ''] = line.split(/\s+/)
    return { slug, version, sha256 }
  })
}
