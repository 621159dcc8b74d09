import { dump } from 'js-yaml'

/**
 * Characters that a terminal interprets or does not show: controls such as ESC and line breaks,
 * bidirectional and zero-width format characters, private use, lone surrogates, line and paragraph
 * separators.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu

/** The same without line feeds, tabs and the line ends of CSV. */
const INVISIBLE_IN_TEXT = /(?!\n|\t|\r\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu

const REPLACEMENT = '\u{fffd}'

/**
 * Sanitizes a single-line value such as a table cell. Names and messages in Git come from anyone
 * who can push.
 */
export function printable(text: string): string {
  return text.replaceAll(INVISIBLE, REPLACEMENT)
}

/** Sanitizes text of several lines. Line feeds and tabs are kept. */
export function printableText(text: string): string {
  return text.replaceAll(INVISIBLE_IN_TEXT, REPLACEMENT)
}

/** Formats JSON without loss. Invisible characters are written as escapes. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replaceAll(INVISIBLE_IN_TEXT, escaped)
  return `${text}\n`
}

/** Formats YAML. A value with invisible characters is written as JSON, which is valid YAML. */
export function toYaml(value: unknown): string {
  const text = dump(value)
  return text.search(INVISIBLE_IN_TEXT) === -1 ? text : toJson(value)
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')
}
