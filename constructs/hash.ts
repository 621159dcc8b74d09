import { createHash } from 'node:crypto'
import type { RenderedFile } from './props.ts'

/** First 8 hex digits of the SHA-256 of `value` as canonical JSON. Used as suffix of Job names. */
export function hash8(value: unknown): string {
  return sha256(canonicalJson(value)).slice(0, 8)
}

/**
 * First 16 hex digits of that hash. Used as `config-hash` annotation, whose change restarts pods.
 */
export function hash16(value: unknown): string {
  return sha256(canonicalJson(value)).slice(0, 16)
}

/** First byte of the SHA-256 of a name, 0 to 255. Spreads stores over minutes. */
export function firstByte(name: string): number {
  return createHash('sha256').update(name).digest()[0] ?? 0
}

/** Minute of the hour for a name, 0 to 59, so that many stores do not dump at once. */
export function minuteOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt16BE(0) % 60
}

/** SHA-256 of a text in UTF-8, 64 hex digits. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** Sorted keys, no whitespace, no unset members. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value))
}

/** Sorts a copy, because a replacer would slow down `JSON.stringify`. Scripts are 20 kB. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(sorted)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]))
}

/**
 * Object id of the Git tree with `files` (flat, mode 100644), as printed by `git mktree`. Entries
 * are sorted by the bytes of their names.
 * Source: Git's object format, `Documentation/gitformat-*`.
 */
export function treeId(files: readonly RenderedFile[], algorithm: 'sha1' | 'sha256'): string {
  const entries = files
    .map((file) => ({ name: Buffer.from(file.path), id: objectId('blob', file.bytes, algorithm) }))
    .sort((a, b) => Buffer.compare(a.name, b.name))
    .map(({ name, id }) => Buffer.concat([Buffer.from('100644 '), name, Buffer.of(0), id]))
  return objectId('tree', Buffer.concat(entries), algorithm).toString('hex')
}

function objectId(type: string, content: Uint8Array, algorithm: string): Buffer {
  return createHash(algorithm).update(`${type} ${content.length}\0`).update(content).digest()
}
