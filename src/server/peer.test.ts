import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { peerKey } from '../domain/git-client.ts'
import { peerReader, trustedProxies } from './peer.ts'

function peerOf(proxies: string, remoteAddress: string | undefined, forwarded?: string): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  const read = peerReader(proxies === '' ? [] : trustedProxies(proxies))
  return read({ socket: { remoteAddress } as never, headers })
}

describe('the peer of a request', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['fe80::1%eth0', 'fe80::1'],
    [undefined, ''],
  ])('without trusted proxies is the connection: %s is %s', (address, peer) => {
    expect(peerOf('', address, '203.0.113.7')).toBe(peer)
  })

  it.each([
    ['a proxy that sent no header', '10.0.0.1', undefined, '10.0.0.1'],
    ['one proxy', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['entries that the client claims', '10.0.0.1', '1.1.1.1, 2.2.2.2, 203.0.113.7', '203.0.113.7'],
    ['two proxies', '10.0.0.1', '1.1.1.1, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['a client that is no proxy', '198.51.100.1', '203.0.113.7', '198.51.100.1'],
    ['a proxy that also is the client', '10.0.0.1', '10.0.0.3', '10.0.0.3'],
    ['an entry that is no address', '10.0.0.1', '203.0.113.7, unknown', '10.0.0.1'],
    ['no address behind two proxies', '10.0.0.1', '1.1.1.1, x, 10.0.0.2', '10.0.0.2'],
    ['an empty header', '10.0.0.1', '', '10.0.0.1'],
    ['an IPv4 entry with a port', '10.0.0.1', '203.0.113.7:4711', '203.0.113.7'],
    ['an IPv6 entry with a port', '10.0.0.1', '[2001:DB8::7]:4711', '2001:db8::7'],
    ['an IPv6 entry', '10.0.0.1', '2001:0db8:0:0::7', '2001:db8::7'],
    ['a mapped entry', '10.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
    ['a mapped proxy', '::ffff:10.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['an IPv6 proxy', 'fd12::1', '203.0.113.7', '203.0.113.7'],
    ['a zone', '10.0.0.1', 'fe80::1%x, 10.0.0.2', 'fe80::1'],
  ])('behind %s', (_, address, forwarded, peer) => {
    expect(peerOf('10.0.0.0/8,fd00::/8', address, forwarded)).toBe(peer)
  })

  it('is never a value that the client wrote to the left of the proxy', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.ipV6(), (claimed, client) => {
        const seen = peerOf('10.0.0.1', '10.0.0.1', `${claimed}, ${client}`)
        expect(seen).toBe(peerOf('', client))
      }),
    )
  })

  it('counts with the /64 of an IPv6 client', () => {
    const keys = ['2001:db8:0:7::1', '2001:DB8:0:7:ffff::9', '2001:0db8::7:1:2:3:4'].map((client) =>
      peerKey(peerOf('10.0.0.1', '10.0.0.1', client)),
    )
    expect(new Set(keys)).toEqual(new Set(['2001:db8:0:7']))
  })
})

describe('TRUSTED_PROXIES', () => {
  it.each([
    ['10.0.0.1', ['10.0.0.1/32']],
    ['10.0.0.0/8, fd00::/8', ['10.0.0.0/8', 'fd00::/8']],
    ['::1', ['::1/128']],
    ['FC00::/7', ['fc00::/7']],
    ['::ffff:10.0.0.1', ['10.0.0.1/32']],
  ])('takes %s', (value, ranges) => expect(trustedProxies(value)).toEqual(ranges))

  it.each([
    ...['0.0.0.0/0', '::/0', '10.0.0.1,0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '2000::/3', '::/8'],
    ...['::/80', '::ffff:0:0/96', '::ffff:0:0/8', '::ffff:10.0.0.0/104', '10.0.0.0/33', '::1/129'],
    ...['proxy.example', '10.0.0', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', '10.0.0.1,', '*'],
  ])('refuses %s', (value) => {
    expect(() => trustedProxies(value)).toThrow(/expected/)
  })
})
