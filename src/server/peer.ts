import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { BlockList, isIP, SocketAddress } from 'node:net'

type Incoming = Pick<IncomingMessage | Http2ServerRequest, 'socket' | 'headers'>

/** A wider range of addresses cannot be one operator's proxies. */
const MIN_PREFIX = { ipv4: 8, ipv6: 7 } as const

/**
 * Parses the addresses of proxies, separated by commas. An address without a prefix is one host.
 * @returns ranges such as `10.0.0.0/8`
 */
export function trustedProxies(value: string): readonly string[] {
  return value.split(',').map((part) => {
    const [host = '', prefix, ...others] = part.trim().split('/')
    const address = plainAddress(host)
    if (address === null || others.length > 0 || !/^[0-9]{1,3}$/.test(prefix ?? '0')) {
      throw new Error('expected addresses or ranges such as 10.0.0.0/8, separated by commas')
    }
    const family = familyOf(address)
    const longest = family === 'ipv4' ? 32 : 128
    const length = Number(prefix ?? longest)
    // The prefix of a mapped address counts the bits of IPv6.
    if (length > longest || (prefix !== undefined && family !== familyOf(host))) {
      throw new Error('expected /0 to /32 after an IPv4 address and /0 to /128 after IPv6')
    }
    const range = `${address}/${length}`
    if (length < MIN_PREFIX[family] || (family === 'ipv6' && holdsIpv4(range))) {
      throw new Error(
        `expected the addresses of proxies only: at least /${MIN_PREFIX.ipv4} for IPv4 and /${MIN_PREFIX.ipv6} for IPv6`,
      )
    }
    return range
  })
}

/**
 * Reads the address of the client of a request. That is the address of the connection, or, if it
 * belongs to a trusted proxy, the last entry of `X-Forwarded-For` that does not. A proxy appends to
 * that header, so entries to the left of it are what the client claims. A value that is not an
 * address ends the search at the proxy that sent it. No other forwarding header is read.
 *
 * The prefix `::ffff:` of IPv4 clients on a dual-stack listener and the zone of IPv6 addresses are
 * removed. `''` if the connection has ended.
 * @param ranges result of {@link trustedProxies}
 */
export function peerReader(ranges: readonly string[]): (incoming: Incoming) => string {
  const trusted = blockListOf(ranges)
  return ({ socket, headers }) => {
    let peer = plainAddress(socket.remoteAddress ?? '') ?? ''
    if (ranges.length === 0 || peer === '') return peer
    // Node joins repeated headers with commas.
    const entries = String(headers['x-forwarded-for'] ?? '').split(',')
    while (trusted.check(peer, familyOf(peer))) {
      const entry = entries.pop()
      const before = entry === undefined ? null : plainAddress(withoutPort(entry.trim()))
      if (before === null) return peer
      peer = before
    }
    return peer
  }
}

function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    list.addSubnet(address, Number(prefix), familyOf(address))
  }
  return list
}

/** Node takes `::/8` to hold every IPv4 address, as `::ffff:a.b.c.d`. */
function holdsIpv4(range: string): boolean {
  return blockListOf([range]).check('192.0.2.1', 'ipv4')
}

/** The one spelling of an address; `null`: it is none. */
function plainAddress(text: string): string | null {
  const address = text.replace(/%.*$/s, '')
  if (isIP(address) === 0) return null
  const spelled = new SocketAddress({ address, family: familyOf(address) }).address
  return isMapped(spelled) ? spelled.replace(/^::ffff:/i, '') : spelled
}

/** Some proxies append `address:port`. */
function withoutPort(entry: string): string {
  const match = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?$/i.exec(entry)
  return match?.[1] ?? match?.[2] ?? entry
}

function isMapped(address: string): boolean {
  return /^::ffff:[0-9.]+$/i.test(address)
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}
