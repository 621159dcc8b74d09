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

/** Sorted keys, no whitespace, no unset members. Written without a sorted copy. */
function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return value.length < LONG ? JSON.stringify(value) : quoted(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = value as Readonly<Record<string, unknown>>
  let text = ''
  for (const key of Object.keys(members).sort()) {
    const member = members[key]
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`
  }
  return `{${text}}`
}

/** Texts of this length are scripts, which are the same for every store. */
const LONG = 1024
const MOST_TEXTS = 64
const texts = new Map<string, string>()

/** `JSON.stringify` of a long text, remembered. */
function quoted(text: string): string {
  const known = texts.get(text)
  if (known !== undefined) return known
  if (texts.size >= MOST_TEXTS) texts.clear()
  const json = JSON.stringify(text)
  texts.set(text, json)
  return json
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
