/** Receives the `Date` header of an HTTP response, in milliseconds since the Unix epoch. */
export type HeardDate = (dateMs: number) => void

/**
 * Calls `heard` with the time at which an HTTP response was made. A response with an `Age` header
 * came from a cache, so its `Date` is not the current time and is ignored.
 * Source: RFC 9110 section 6.6.1, RFC 9111 section 5.1.
 */
export function tellDate(
  { date, age }: { readonly date?: string | undefined; readonly age?: string | undefined },
  heard: HeardDate | undefined,
): void {
  if (heard === undefined || date === undefined || age !== undefined) return
  const dateMs = Date.parse(date)
  if (!Number.isNaN(dateMs)) heard(dateMs)
}
