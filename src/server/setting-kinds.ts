import { printableUrl, shown, text, url, whole } from './setting-parsers.ts'

/** One setting: its variable, its parser and its default. */
export interface Setting<T> {
  readonly env: string
  /** @throws Error one sentence that states what is expected */
  readonly parse: (text: string) => T
  readonly fallback: T
  readonly print: (value: T) => string
  readonly secret?: true
  /** The value may also come from the file that `<NAME>_FILE` names. */
  readonly file?: true
  /** How an error shows an invalid value. @default as given, cut at 100 characters */
  readonly repeat?: (given: string) => string
}

export const optional = (env: string): Setting<string | null> => ({
  env,
  parse: text,
  fallback: null,
  print: shown,
})

/**
 * Read from its variable or from the file that `<NAME>_FILE` names, never from a flag or
 * storewright.yaml.
 */
export const secret = (env: string, parse: (value: string) => string): Setting<string | null> => ({
  env,
  parse,
  fallback: null,
  print: shown,
  secret: true,
  file: true,
})

export const optionalUrl = (
  env: string,
  ...protocols: readonly string[]
): Setting<string | null> => ({
  env,
  parse: url(...protocols),
  fallback: null,
  print: (value) => (value === null ? '' : printableUrl(value)),
  repeat: printableUrl,
})

export const optionalCount = (env: string): Setting<number | null> => ({
  env,
  parse: whole(0, 1_000_000),
  fallback: null,
  print: (value) => (value === null ? '' : String(value)),
})
