import type { ProblemDetail } from '../contract/problem.ts'

/** Members with a special meaning in JavaScript. Schemas of records drop them silently. */
const RESERVED = ['__proto__', 'constructor', 'prototype']

/** Returns the nesting depth of brackets outside strings, in one pass without recursion. */
export function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const { token } of tokensOf(text)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, (depth += 1))
    else if (token === '}' || token === ']') depth -= 1
  }
  return deepest
}

/**
 * Finds ambiguous or unsafe members of a valid JSON text, at any depth. These are {@link RESERVED}
 * members and duplicates in one object, of which a proxy may read the first and `JSON.parse` the
 * last.
 */
export function ambiguousMembers(text: string): ProblemDetail[] {
  const found: ProblemDetail[] = []
  const open: { readonly pointer: string; readonly keys: Set<string> | null }[] = []
  let pointer = '#'
  let key: string | null = null
  for (const { token, string } of tokensOf(text)) {
    const inside = open.at(-1)
    if (string) key = token
    else if (token === ':' && key !== null && inside?.keys != null) {
      const name = JSON.parse(key) as string
      pointer = `${inside.pointer}/${name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`
      if (inside.keys.has(name)) found.push({ pointer, detail: 'stands twice' })
      else if (RESERVED.includes(name)) found.push({ pointer, detail: 'is not a known key' })
      inside.keys.add(name)
    } else if (token === '{' || token === '[') {
      const itself = inside?.keys === null ? `${inside.pointer}[]` : pointer
      open.push({ pointer: itself, keys: token === '{' ? new Set() : null })
    } else if (token === '}' || token === ']') open.pop()
  }
  return found.slice(0, 100)
}

interface Token {
  /** A whole string with its quotes, or one structural character. */
  readonly token: string
  readonly string: boolean
}

const STRUCTURE = '{}[]:,'

function* tokensOf(text: string): Generator<Token> {
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (character === '"') {
      const from = at
      at += 1
      while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
      yield { token: text.slice(from, at + 1), string: true }
    } else if (STRUCTURE.includes(character)) yield { token: character, string: false }
  }
}
