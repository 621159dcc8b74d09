import { EVENT_ID, parseEvents } from 'js-yaml'

/** Offsets of a value in the text, without its quotes. */
interface Place {
  readonly start: number
  readonly end: number
}

/**
 * Replaces single values of a YAML document. Comments, order, quotes and indentation stay unchanged.
 * @param values new value by JSON pointer; it must not need other quotes or escapes than the old one
 * @param before the current values, as parsed
 * @throws Error for a pointer without a value, or a value that is not plain text on one line
 */
export function replaceValues(
  text: string,
  values: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
): string {
  const places = placesOf(text)
  const edits = Array.from(values, ([pointer, value]) => {
    const place = places.get(pointer)
    if (place === undefined) throw new Error(`${pointer} is not in the file`)
    if (text.slice(place.start, place.end) !== before.get(pointer)) {
      throw new Error(
        `${pointer} is not written in one piece; write it on one line without escapes`,
      )
    }
    return { ...place, value }
  })
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((now, { start, end, value }) => now.slice(0, start) + value + now.slice(end), text)
}

/** Offsets by pointer of each value in nested mappings. Lists are skipped. */
function placesOf(text: string): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  /** One entry per open collection: its pointer, and the key of the next value. */
  const open: { readonly pointer: string | null; key: string | null }[] = []
  const pointerOfNext = () => {
    const parent = open.at(-1)
    if (parent === undefined) return '#'
    const { pointer, key } = parent
    parent.key = null
    return pointer === null || key === null ? null : `${pointer}/${key}`
  }
  for (const event of parseEvents(text, {})) {
    if (event.type === EVENT_ID.DOCUMENT) open.length = 0
    else if (event.type === EVENT_ID.MAPPING) open.push({ pointer: pointerOfNext(), key: null })
    else if (event.type === EVENT_ID.SEQUENCE) {
      pointerOfNext()
      open.push({ pointer: null, key: null })
    } else if (event.type === EVENT_ID.POP) open.pop()
    else if (event.type === EVENT_ID.SCALAR) {
      const place = { start: event.valueStart, end: event.valueEnd }
      const parent = open.at(-1)
      if (parent !== undefined && parent.pointer !== null && parent.key === null) {
        parent.key = token(text.slice(place.start, place.end))
        continue
      }
      const pointer = pointerOfNext()
      if (pointer !== null) places.set(pointer, place)
    }
  }
  return places
}

/** Escapes a key for a JSON pointer. Source: RFC 6901 section 3. */
function token(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
