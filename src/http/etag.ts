/**
 * Does `If-None-Match` hold the current entity tag? `*` matches any; weak comparison, so `W/` in front does not count.
 * Source: RFC 9110, 8.8.3.2 and 13.1.2.
 */
export function noneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  const given = [...header.matchAll(/(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g)].map(([, tag]) => tag)
  return given.includes(etag.replace(/^W\//, ''))
}
