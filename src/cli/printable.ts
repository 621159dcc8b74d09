import { dump } from 'js-yaml'

/**
 * Characters that a terminal does not show as they are: controls such as ESC and line breaks, bidirectional and zero-width
 * format characters, private use, lone surrogates, line and paragraph separators.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu

/** The same, but for line feeds, tabs and the line ends of CSV. */
const INVISIBLE_IN_TEXT = /(?!\n|\t|\r\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu

const REPLACEMENT = '\u{fffd}'

/** One value on one line, such as a cell of a table: names and messages in Git come from anyone who may push. */
export function printable(text: string): string {
  return text.replaceAll(INVISIBLE, REPLACEMENT)
}

/** Several lines for people. Line feeds and tabs stay. */
export function printableText(text: string): string {
  return text.replaceAll(INVISIBLE_IN_TEXT, REPLACEMENT)
}

/** JSON that loses nothing and shows nothing but itself: invisible characters are written as escapes. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replaceAll(INVISIBLE_IN_TEXT, escaped)
  return `${text}\n`
}

/** YAML. With invisible characters in it, the same value as JSON, which is YAML too. */
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
