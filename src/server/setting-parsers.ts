import { isBranchName } from '../adapters/git/process/argv.ts'
import { openKeyRing } from '../adapters/secrets/key-ring.ts'

/** `host:port`. Port 0 picks a free port. */
export interface Address {
  readonly host: string
  readonly port: number
}

export const text = (value: string) => value
export const shown = (value: string | null) => value ?? ''

export function one<T extends string>(...words: readonly T[]) {
  return (value: string): T => {
    const word = words.find((candidate) => candidate === value)
    if (word === undefined) throw new Error(`expected one of ${words.join(', ')}`)
    return word
  }
}

export function address(value: string): Address {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:[\]]*):([0-9]{1,5})$/.exec(value)
  const port = Number(match?.[2])
  if (match === null || port > 65_535)
    throw new Error('expected [host]:port, such as 127.0.0.1:8080')
  return { host: match[1]?.replaceAll(/[[\]]/g, '') || '127.0.0.1', port }
}

/** Parses the address of another server. It names a host and a port. */
export function remoteAddress(value: string): Address {
  const { host, port } = address(value)
  if (value.startsWith(':') || port === 0) throw new Error('expected host:port, such as redis:6379')
  return { host, port }
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** Parses a Go duration such as `300ms` or `1m30s`. Bounds in milliseconds. */
export function duration(min: number, max: number) {
  return (value: string): number => {
    if (!/^(?:[0-9]+(?:ms|s|m|h))+$/.test(value))
      throw new Error('expected a duration such as 300ms or 1m30s')
    let total = 0
    for (const [, amount, unit] of value.matchAll(/([0-9]+)(ms|s|m|h)/g)) {
      total += Number(amount) * UNITS[unit as keyof typeof UNITS]
    }
    if (total < min || total > max) throw new Error(`expected ${min / 1000}s to ${max / 1000}s`)
    return total
  }
}

export const seconds = (value: number) => `${value / 1000}s`

export function url(...protocols: readonly string[]) {
  return (value: string): string => {
    const parsed = URL.parse(value)
    if (parsed === null || !protocols.includes(parsed.protocol)) {
      throw new Error(`expected a URL that starts with ${protocols.join(' or ')}`)
    }
    if (parsed.password !== '' || (parsed.username !== '' && parsed.protocol !== 'ssh:')) {
      throw new Error('must not hold credentials')
    }
    if (parsed.search !== '' || parsed.hash !== '') {
      throw new Error('must not hold a query or a fragment')
    }
    return value.replace(/\/$/, '')
  }
}

/**
 * Parses comma-separated URLs. A query is rejected because it may hold a secret that would appear
 * in logs.
 */
/** Exact origins, separated by commas. A pattern could let in other sites too. */
export function origins(value: string): readonly string[] {
  return value.split(',').map((part) => {
    const text = part.trim()
    const parsed = URL.parse(text)
    const isOrigin =
      parsed !== null &&
      /^https?:$/.test(parsed.protocol) &&
      parsed.origin === text &&
      !text.includes('*')
    if (!isOrigin) throw new Error('expected origins such as https://shops.example.com, and no *')
    return text
  })
}

export function webhookUrls(value: string): readonly string[] {
  return value.split(',').map((part) => url('http:', 'https:')(part.trim()))
}

/**
 * A URL that is safe to print in logs and errors, without user, password, query and fragment. Text
 * that is not a URL with a host is cut in the same way, because a mistyped URL may hold a password.
 */
export function printableUrl(value: string): string {
  const parsed = URL.parse(value)
  if (parsed === null || parsed.host === '') {
    return value.replace(/[?#].*$/s, '').replace(/^.*@/s, '***@')
  }
  const path = parsed.pathname === '/' ? '' : parsed.pathname
  return `${parsed.protocol}//${parsed.host}${path}`
}

/**
 * Prints several URLs. If one does not parse, it may be part of a password with a comma, so all are
 * masked.
 */
export function printableUrls(value: string): string {
  const parts = value.split(',').map((part) => part.trim())
  return parts.every((part) => URL.parse(part)?.host) ? parts.map(printableUrl).join(',') : '***'
}

/** Parses a secret that is sent in an HTTP header. */
export function headerSecret(value: string): string {
  if (!/^[\u0021-\u007e]+$/.test(value)) {
    throw new Error('expected printable ASCII characters without spaces or line breaks')
  }
  return value
}

/** Parses a secret that clients of our listener must present. It must be too long to guess. */
export function serveSecret(value: string): string {
  if (value.length < 32) {
    throw new Error('expected at least 32 characters, such as those of: openssl rand -hex 32')
  }
  return headerSecret(value)
}

/** Parses a secret that is used as a key and never sent. */
export function keySecret(value: string): string {
  if (/\p{Cc}/u.test(value)) throw new Error('must not hold control characters or line breaks')
  return value
}

/** Parses the keys that prove which commits this system made. */
export function keyRing(value: string): string {
  openKeyRing(value)
  return value
}

/** Scopes of OAuth 2.0 (RFC 6749 section 3.3), with `openid` among them. */
export function scopeList(value: string): string {
  const scopes = value.trim().split(/\s+/)
  if (!scopes.includes('openid') || !scopes.every((scope) => /^[!#-[\]-~]{1,100}$/.test(scope))) {
    throw new Error('expected scopes separated by blanks, with openid among them')
  }
  return scopes.join(' ')
}

/**
 * User name of HTTP Basic authentication. Source: RFC 7617 section 2, a user-id contains no colon.
 */
export function userName(value: string): string {
  if (!/^[^:\p{Cc}]{1,100}$/u.test(value)) {
    throw new Error('expected one line without a colon, at most 100 characters')
  }
  return value
}

export function branch(value: string): string {
  if (!isBranchName(value)) {
    throw new Error('expected a branch name of letters, digits and . _ - /, such as main')
  }
  return value
}

export function baseDomain(value: string): string {
  if (!/^[a-z0-9](?:[a-z0-9.-]{0,198}[a-z0-9])?$/.test(value))
    throw new Error('expected a DNS name')
  return value
}

export function namespace(value: string): string {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value)) throw new Error('expected a namespace')
  return value
}

export function identity(value: string): string {
  if (!/^[^<>\n\0]{1,100}$/.test(value)) throw new Error('expected one line without < and >')
  return value
}

export function whole(min: number, max: number) {
  return (value: string): number => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (!(number >= min && number <= max)) {
      throw new Error(`expected a whole number from ${min} to ${max}`)
    }
    return number
  }
}

export function yesOrNo(value: string): boolean {
  if (/^(?:true|1)$/.test(value)) return true
  if (/^(?:false|0)$/.test(value)) return false
  throw new Error('expected true or false')
}
