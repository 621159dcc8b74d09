/**
 * Address of one route. `base` is `VITE_API_URL`, a path or URL with or without `/api/v1` at its
 * end, because both forms are in use. `{name}` in `path` is replaced from `params`.
 */
export function addressOf(
  base: string,
  path: string,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string>> = {},
): string {
  const origin = base.replace(/\/+$/, '').replace(/\/api\/v1$/, '')
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = params[key]
    if (value === undefined) throw new Error(`path ${path} needs ${key}`)
    return encodeURIComponent(value)
  })
  const search = new URLSearchParams(query).toString()
  return search === '' ? `${origin}${filled}` : `${origin}${filled}?${search}`
}

/** Query of the next page from a `Link` header (RFC 8288). `null` on the last page. */
export function nextPage(link: string | null): Record<string, string> | null {
  const match = /<([^>]*)>\s*;[^,]*rel="?next"?/.exec(link ?? '')
  if (match?.[1] === undefined) return null
  const at = match[1].indexOf('?')
  return Object.fromEntries(new URLSearchParams(at < 0 ? '' : match[1].slice(at + 1)))
}
