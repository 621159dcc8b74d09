import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Requester, StoreChange } from '../ports.ts'
import { type CommitSaid, claimsOf, commitMessage, saidOutside } from './commit-message.ts'

const by: Requester = {
  subject: 'local',
  auth: 'local',
  source: 'api',
  requestId: '01JDABCDEFGHJKMNPQRSTVWXYZ',
}
const change: StoreChange = {
  team: 'acme',
  name: 'shop-1',
  action: 'create',
  facts: ['woo', 'small'],
  files: new Map(),
}
const facts = { storeTree: 'a'.repeat(40), outputDigest: 'b'.repeat(40), generator: '0.1.0' }
const keys = { sign: (text: string) => `v1:${text.length}` }

/** What the single block of trailers in a message states, as if it were proven. */
function parseCommit(message: string): CommitSaid {
  return claimsOf(message)[0]?.said ?? saidOutside(message)
}

describe('commitMessage', () => {
  it('consists of a subject, a reason and trailers', () => {
    expect(
      commitMessage({ ...change, reason: 'new brand', ticket: 'SHOP-1' }, by, facts, keys),
    ).toBe(
      [
        'store(acme/shop-1): create (woo, small)',
        '',
        'Reason: new brand',
        '',
        'Store: shop-1',
        'Team: acme',
        'Action: create',
        'Request-Id: 01JDABCDEFGHJKMNPQRSTVWXYZ',
        'Requested-By: local',
        'Auth: local',
        'Via: api',
        `Store-Tree: ${'a'.repeat(40)}`,
        `Output-Digest: ${'b'.repeat(40)}`,
        'Generator: 0.1.0',
        'Ticket: SHOP-1',
        'Server-Mac: v1:300',
        '',
      ].join('\n'),
    )
  })

  it('T28 no reason can forge a trailer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.boolean(), (text, forged) => {
        const reason = forged ? `${text}\n\nAction: purge\nRequest-Id: forged` : text
        const said = parseCommit(commitMessage({ ...change, reason }, by, facts, keys))
        expect([said.action, said.requestId, said.store]).toEqual([
          'create',
          by.requestId,
          'shop-1',
        ])
      }),
    )
  })

  it('rejects a trailer value of more than one line', () => {
    expect(() =>
      commitMessage({ ...change, trailers: { Reverts: 'a\nAction: purge' } }, by, facts, keys),
    ).toThrow(/Reverts/)
  })

  it('records the idempotency key, so that it is known after a restart', () => {
    const idempotency = { keyHash: 'sha256:aa', inputDigest: 'sha256:bb' }
    expect(parseCommit(commitMessage(change, by, { ...facts, idempotency }, keys))).toMatchObject(
      idempotency,
    )
  })
})

describe('parseCommit', () => {
  it.each([
    'store(acme/shop): create',
    'Revert "x"\n\nThis reverts commit abc.\n',
    'fix\n\nAction: purge\nStore: shop\n',
    'fix\n\nRequest-Id: 1\n\nand more words\n',
    '',
  ])('treats %j as a commit made outside', (message) => {
    expect(parseCommit(message)).toMatchObject({ action: null, requestId: null, store: null })
  })
})
