/**
 * Prints plain data as YAML that YAML 1.1 and 1.2 readers parse identically. A string is plain only
 * if it cannot be mistaken for another type. Text of several lines is a literal block if that is
 * exact. Everything else is double-quoted with JSON escapes. Key order is kept, lines are never
 * folded, and the text ends in one newline. We have our own printer because it decides the bytes of
 * every store, and printing is two thirds of the time of a render.
 * @throws Error for a value that is not a string, finite number, boolean, null, array or plain
 * object
 */
export function printYaml(value: unknown): string {
  return isCollection(value) && !isEmpty(value) ? block(value, '') : `${scalar(value, '')}\n`
}

function block(value: object, indent: string): string {
  return Array.isArray(value) ? sequence(value, indent) : mapping(value, indent)
}

function mapping(value: object, indent: string): string {
  const members = value as Readonly<Record<string, unknown>>
  let text = ''
  for (const key of Object.keys(members)) {
    const member = members[key]
    if (member !== undefined) text += `${indent}${keyText(key)}:${child(member, indent)}`
  }
  return text
}

/** The text after `key:`. Sequence items are indented like their key, as kubectl prints them. */
function child(value: unknown, indent: string): string {
  if (typeof value !== 'object' || !isCollection(value) || isEmpty(value))
    return ` ${scalar(value, indent)}\n`
  return Array.isArray(value)
    ? `\n${sequence(value, indent)}`
    : `\n${mapping(value, `${indent}  `)}`
}

function sequence(items: readonly unknown[], indent: string): string {
  const inner = `${indent}  `
  let text = ''
  for (const item of items) {
    text +=
      typeof item === 'object' && isCollection(item) && !isEmpty(item)
        ? `${indent}- ${block(item, inner).slice(inner.length)}`
        : `${indent}- ${scalar(item, indent)}\n`
  }
  return text
}

const MOST_KEYS = 2048
const keyTexts = new Map<string, string>()

/** A key as YAML, remembered, because stores have the same keys. */
function keyText(key: string): string {
  const known = keyTexts.get(key)
  if (known !== undefined) return known
  if (keyTexts.size >= MOST_KEYS) keyTexts.clear()
  const text = plainOrQuoted(key)
  keyTexts.set(key, text)
  return text
}

function scalar(value: unknown, indent: string): string {
  switch (typeof value) {
    case 'string':
      return literal(value, `${indent}  `) ?? plainOrQuoted(value)
    case 'boolean':
      return String(value)
    case 'number':
      if (Number.isFinite(value)) return numeral(value)
      break
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return '[]'
      if (isPlain(value)) return '{}'
      break
  }
  throw new Error(`cannot print a ${typeof value} as YAML`)
}

/** `1e21` is text in YAML 1.1, which requires a dot and a sign. */
function numeral(value: number): string {
  const text = Object.is(value, -0) ? '0' : String(value)
  return text.includes('e') ? text.replace(/^(-?\d+)e/, '$1.0e') : text
}

// Starts with a letter or a slash, so it cannot be a number, date, indicator or tag.
const PLAIN = /^[A-Za-z/][A-Za-z0-9_./@=+%,-]*(?:[ :][A-Za-z0-9_./@=+%(),-]+)*$/
/** Words that YAML 1.1 or 1.2 readers parse as a boolean, as null, or as a number, like `e0`. */
const WORD_OF_YAML = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|infinity|e[0-9]+)$/i
/** Kubernetes quantities, which no YAML reader parses as a number. */
const QUANTITY = /^[0-9]+(?:m|Mi|Gi)$/
const MAX_PLAIN = 512

function plainOrQuoted(text: string): string {
  const plain =
    text.length <= MAX_PLAIN &&
    (PLAIN.test(text) || QUANTITY.test(text)) &&
    !WORD_OF_YAML.test(text)
  return plain ? text : quoted(text)
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    // Characters that JSON keeps but YAML readers may fold, drop or refuse: C1 controls,
    // separators, BOM, bidi, lone surrogates.
    /[\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

// Printable lines. A leading blank would need an indentation indicator.
const LITERAL = /^(?! )[\x20-\x7e\u00a1-\u00ac\u00ae-\u1fff\n\t]+$/

/** A literal block, or `null` if the text is one line or would not be read back exactly. */
function literal(text: string, indent: string): string | null {
  if (!text.includes('\n') || text.startsWith('\n') || !LITERAL.test(text)) return null
  const body = text.replace(/\n+$/, '')
  const newlines = text.length - body.length
  if (body === '' || newlines > 1 || /(?:^|\n)[ \t]+(?:\n|$)/.test(body) || body.startsWith('\t'))
    return null
  const lines = body.split('\n').map((line) => (line === '' ? '' : indent + line))
  return `|${newlines === 0 ? '-' : ''}\n${lines.join('\n')}`
}

function isCollection(value: unknown): value is object {
  return Array.isArray(value) || isPlain(value)
}

function isPlain(value: unknown): value is object {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function isEmpty(value: object): boolean {
  if (Array.isArray(value)) return value.length === 0
  for (const key in value) if (value[key as keyof object] !== undefined) return false
  return true
}
