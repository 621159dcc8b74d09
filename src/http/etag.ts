/**
 * Returns whether `If-None-Match` contains the current entity tag. `*` matches any tag. The
 * comparison is weak, so a leading `W/` is ignored.
 * Source: RFC 9110, 8.8.3.2 and 13.1.2.
 */
export function noneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  const given = [...header.matchAll(/(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g)].map(([, tag]) => tag)
  return given.includes(etag.replace(/^W\//, ''))
}
