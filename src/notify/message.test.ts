import { describe, expect, it } from 'vitest'
import { messageOf, slackBodyOf, textOf } from './message.ts'
import type { PhaseChange } from './watch-phases.ts'

const shop: PhaseChange = {
  name: 'my-shop',
  team: 'acme',
  from: 'Ready',
  to: 'Degraded',
  between: null,
}
const messageFor = (change: Partial<PhaseChange>, detail = '') =>
  messageOf({ ...shop, ...change }, detail, 'https://shops.example', 0)

describe('a message', () => {
  it.each([
    [{}, 'my-shop (team acme) is degraded'],
    [{ to: 'Failed' }, 'my-shop (team acme) has failed'],
    [{ from: null, to: 'Ready' }, 'my-shop (team acme) is ready'],
    [{ from: 'Failed', to: 'Ready' }, 'my-shop (team acme) is ready again'],
    [
      { to: 'Ready', between: 'Degraded' },
      'my-shop (team acme) was degraded for a short time and is ready again',
    ],
  ] as const)('of %j is %s', (change, title) => {
    expect(messageFor(change).title).toBe(title)
  })

  it('as text has the reason and the link', () => {
    expect(textOf(messageFor({}, 'A pod restarts.'))).toBe(
      'my-shop (team acme) is degraded.\nA pod restarts.\nhttps://shops.example/stores/my-shop',
    )
  })

  it('for Slack turns no text of a cluster into a link or a mention', () => {
    const body = slackBodyOf(messageFor({}, '<!channel> a & b <https://evil.example|here>'))
    const { text, blocks } = JSON.parse(body) as {
      text: string
      blocks: { type: string; text: { type: string; text: string } }[]
    }
    expect(blocks).toHaveLength(1)
    const section = blocks[0]?.text.text ?? ''
    expect(section).toContain('&lt;!channel&gt; a &amp; b &lt;https://evil.example|here&gt;')
    expect(section.match(/</g)).toHaveLength(1)
    expect(section).toContain('<https://shops.example/stores/my-shop|Open the store>')
    expect(text).not.toContain('<')
    expect(slackBodyOf(messageFor({}, 'x'.repeat(100_000))).length).toBeLessThan(110_000)
  })
})
