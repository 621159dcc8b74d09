import { Failure } from './exit.ts'

/**
 * Parses words such as `plan=medium site.currency=EUR domains=["a.example"] cache=null` into a
 * patch. A value is JSON if it parses as JSON, or else text. Dots in a key nest objects.
 * @throws Failure for a word without `=`, or a key given twice
 */
export function patchOf(words: readonly string[]): Record<string, unknown> {
  const patch = new Map<string, unknown>()
  for (const word of words) {
    const equals = word.indexOf('=')
    if (equals < 1) throw new Failure(2, `${word} is not key=value`)
    put(patch, word.slice(0, equals).split('.'), valueOf(word.slice(equals + 1)), word)
  }
  return plain(patch)
}

function put(
  into: Map<string, unknown>,
  [key = '', ...rest]: string[],
  value: unknown,
  word: string,
) {
  const present = into.get(key)
  if (rest.length === 0) {
    if (present !== undefined) throw new Failure(2, `${word}: ${key} is given twice`)
    into.set(key, value)
    return
  }
  if (present !== undefined && !(present instanceof Map)) {
    throw new Failure(2, `${word}: ${key} is given twice`)
  }
  const nested = (present as Map<string, unknown> | undefined) ?? new Map<string, unknown>()
  into.set(key, nested)
  put(nested, rest, value, word)
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function plain(map: Map<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    [...map].map(([key, value]) => [key, value instanceof Map ? plain(value) : value]),
  )
}
