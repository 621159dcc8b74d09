import type { PhaseChange, Reported } from './watch-phases.ts'

/** One message about one store. It holds no personal data. */
export interface Message {
  readonly store: string
  readonly team: string
  readonly phase: Reported
  /** Last reported phase before; `null`: none was seen. */
  readonly previousPhase: Reported | null
  /** One line, such as `my-shop (team acme) is degraded`. */
  readonly title: string
  /** Why, as one sentence; empty if nothing is known. */
  readonly detail: string
  /** Page of the store in the dashboard. */
  readonly link: string
  /** RFC 3339 UTC. */
  readonly at: string
}

const NOW: Readonly<Record<Reported, string>> = {
  Ready: 'is ready',
  Degraded: 'is degraded',
  Failed: 'has failed',
}

const BEFORE: Readonly<Record<Reported, string>> = {
  Ready: 'was ready',
  Degraded: 'was degraded',
  Failed: 'had failed',
}

/**
 * @param detail sentence of the store's phase
 * @param origin address of this installation
 * @param atMs milliseconds since the Unix epoch
 */
export function messageOf(
  change: PhaseChange,
  detail: string,
  origin: string,
  atMs: number,
): Message {
  const { name, team, from, to } = change
  return {
    store: name,
    team,
    phase: to,
    previousPhase: from,
    title: `${name} (team ${team}) ${whatHappened(change)}`,
    detail,
    link: `${origin}/stores/${encodeURIComponent(name)}`,
    at: new Date(atMs).toISOString(),
  }
}

function whatHappened({ from, to, between }: PhaseChange): string {
  if (between !== null) return `${BEFORE[between]} for a short time and ${NOW[to]} again`
  return `${NOW[to]}${to === 'Ready' && from !== null ? ' again' : ''}`
}

/** The message as plain text: title, reason and link, one per line. */
export function textOf({ title, detail, link }: Message): string {
  return [`${title}.`, detail, link].filter((line) => line !== '').join('\n')
}

/** Most characters of a section. Source: docs.slack.dev/reference/block-kit/blocks/section-block. */
const SECTION = 3000

/**
 * The message for an incoming webhook of Slack. Text of a cluster must not become a link or a
 * mention. Source: docs.slack.dev/messaging/formatting-message-text, "Escaping text".
 */
export function slackBodyOf(message: Message): string {
  const escaped = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const lines = [`*${escaped(message.title)}*`, escaped(message.detail.slice(0, 500))]
  const section = [...lines, `<${message.link}|Open the store>`].filter((line) => line !== '')
  const text = section.join('\n').slice(0, SECTION)
  return JSON.stringify({
    text: escaped(textOf(message)),
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }],
  })
}
