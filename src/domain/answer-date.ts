/** Is given the `Date` of an answer, in milliseconds since the Unix epoch. */
export type HeardDate = (dateMs: number) => void

/**
 * Passes on when an HTTP answer was made. One with an `Age` came out of a cache, so its `Date` is not the present time.
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
