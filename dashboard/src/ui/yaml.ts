export type TokenKind = 'comment' | 'key' | 'string' | 'literal' | 'plain'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
}

const LITERAL = /^(?:-?\d+(?:\.\d+)?|true|false|null|~|\{\}|\[\])$/
const KEY =
  /^(\s*(?:- +)*)((?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"{[&*!|>%@`-][^#]*?|-[^\s#][^#]*?))(:)(?=\s|$)/
const BLOCK = /(?:^|[\s:])[|>][0-9+-]*\s*(?:#.*)?$/

/**
 * Highlights YAML (and JSON), one array of tokens per line. It is not a parser: it never changes,
 * joins or drops a character, and unknown syntax stays plain. Block scalars are strings up to their
 * last line.
 */
export function highlightYaml(text: string): Token[][] {
  let block: number | null = null
  return text.split('\n').map((line) => {
    const indent = line.length - line.trimStart().length
    if (block !== null && (line.trim() === '' || indent > block)) return [token('string', line)]
    block = BLOCK.test(line) ? indentOfBlock(line) : null
    return tokensOf(line)
  })
}

/** A block scalar continues while lines are indented deeper than its key. */
function indentOfBlock(line: string): number {
  return /^\s*(?:- +)*/.exec(line)?.[0].length ?? 0
}

function tokensOf(line: string): Token[] {
  const key = KEY.exec(line)
  if (key === null) {
    const lead = /^\s*(?:- +)*/.exec(line)?.[0] ?? ''
    return compact([token('plain', lead), ...valueTokens(line.slice(lead.length))])
  }
  const [whole, lead = '', name = '', colon = ''] = key
  return compact([
    token('plain', lead),
    token('key', name),
    token('plain', colon),
    ...valueTokens(line.slice(whole.length)),
  ])
}

function valueTokens(text: string): Token[] {
  const comment = commentStart(text)
  const value = text.slice(0, comment)
  const trimmed = value.trim()
  const bare = trimmed.replace(/,$/, '')
  const kind =
    LITERAL.test(bare) || trimmed === '' || /^[{}[\],|>-]+$/.test(bare) ? 'literal' : 'string'
  return [token(kind, value), token('comment', text.slice(comment))]
}

/** Position where ` #` starts a comment outside quotes, or the length if there is none. */
function commentStart(text: string): number {
  let quote: string | null = null
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (quote !== null) {
      if (character === '\\' && quote === '"') at += 1
      else if (character === quote) quote = null
    } else if (character === '"' || character === "'") {
      // Inside a plain scalar an apostrophe is a normal character.
      if (/^\s*$/.test(text.slice(0, at)) || /[\s[{,:]/.test(text[at - 1] ?? '')) quote = character
    } else if (character === '#' && (at === 0 || /\s/.test(text[at - 1] ?? ''))) return at
  }
  return text.length
}

function token(kind: TokenKind, text: string): Token {
  return { kind, text }
}

function compact(tokens: Token[]): Token[] {
  return tokens.filter(({ text }) => text !== '')
}
