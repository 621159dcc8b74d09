import { resolve } from 'node:path'
import { openSenderLease } from '../adapters/limits/sender-lease.ts'
import { httpPost } from '../adapters/notify/http-post.ts'
import { openMailer } from '../adapters/notify/mailer.ts'
import type { CommitFeed } from '../domain/commit-feed.ts'
import type { Applications, Clock, Log, StoresRepo, StoreViews } from '../domain/ports.ts'
import { type Message, messageOf, slackBodyOf, textOf } from '../notify/message.ts'
import { openOutbox } from '../notify/outbox.ts'
import type { EventReceiver, Receiver, Turn } from '../notify/ports.ts'
import { openPositions } from '../notify/positions.ts'
import { startEvents } from '../notify/send-events.ts'
import { watchPhases } from '../notify/watch-phases.ts'
import type { ChangeFeed } from '../observe/change-feed.ts'
import type { Config } from './config.ts'
import { isLoopbackUrl } from './settings.ts'
import { textFile } from './text-file.ts'

export interface NotificationsOptions {
  readonly config: Config
  readonly repo: StoresRepo & CommitFeed
  readonly feed: ChangeFeed
  readonly views: StoreViews
  readonly applications: Applications
  /** Address of this installation. */
  readonly origin: string
  readonly clock: Clock
  readonly log: Log
}

const BACKOFF = { random: Math.random }
const ALWAYS: Turn = { isOurs: () => true }

/** Sends what the configuration asks for. With `REDIS_ADDR`, one of the servers that share it sends. */
export async function openNotifications(
  options: NotificationsOptions,
): Promise<{ close(): Promise<void> }> {
  const { config, log } = options
  const receivers = receiversOf(config)
  if (config.eventsWebhookUrl === null && receivers.size === 0) return { async close() {} }
  const lease = await leaseOf(config, log)
  const turn = lease ?? ALWAYS
  const events =
    config.eventsWebhookUrl === null
      ? null
      : openEvents(options, eventWebhook(config.eventsWebhookUrl, config), lease)
  const messages = receivers.size === 0 ? null : openMessages(options, receivers, turn)
  return {
    async close() {
      await Promise.all([events?.close(), messages?.close()])
      await lease?.close()
    },
  }
}

function openEvents(
  { config, repo, origin: source, clock, log }: NotificationsOptions,
  receiver: EventReceiver,
  lease: Awaited<ReturnType<typeof leaseOf>>,
) {
  const file = textFile(resolve(config.dataDir), 'events-position.json')
  const positions = openPositions({ file, shared: lease, log })
  const turn = lease ?? ALWAYS
  return startEvents({ repo, receiver, positions, turn, source, clock, log, backoff: BACKOFF })
}

function openMessages(
  { config, feed, views, applications, origin, clock, log }: NotificationsOptions,
  receivers: ReadonlyMap<string, Receiver<Message>>,
  turn: Turn,
) {
  const outboxes = Array.from(receivers, ([kind, receiver]) =>
    openOutbox({ receiver, kind, log, backoff: BACKOFF }),
  )
  const stop = watchPhases({
    feed,
    listed: applications.listed,
    windowMs: config.notifyWindow,
    onChange(change) {
      // Each server sees the change at about the same time. One of them sends it.
      if (!turn.isOurs()) return
      const detail = views.get(change.name)?.message ?? ''
      const message = messageOf(change, detail, origin, clock.now())
      for (const outbox of outboxes) outbox.add(message)
    },
  })
  return {
    async close() {
      stop()
      await Promise.all(outboxes.map((outbox) => outbox.close()))
    },
  }
}

/** Receivers of messages, by their kind. */
function receiversOf(config: Config): ReadonlyMap<string, Receiver<Message>> {
  const receivers = new Map<string, Receiver<Message>>()
  const contentType = 'application/json; charset=utf-8'
  const { notifyWebhookUrl, notifySlackWebhookUrl, notifyWebhookSecret: secret } = config
  if (notifyWebhookUrl !== null) {
    const post = httpPost({ url: notifyWebhookUrl, secret, contentType })
    receivers.set('webhook', {
      deliver: (message, signal) => post(JSON.stringify(message), signal),
    })
  }
  if (notifySlackWebhookUrl !== null) {
    const post = httpPost({ url: notifySlackWebhookUrl, secret: null, contentType })
    receivers.set('Slack', { deliver: (message, signal) => post(slackBodyOf(message), signal) })
  }
  const { smtpUrl, notifyEmailFrom: from, notifyEmailTo: to } = config
  if (smtpUrl !== null && from !== null) {
    const requiresTls = !isLoopbackUrl(smtpUrl)
    const mailer = openMailer({ url: smtpUrl, from, to, requiresTls })
    receivers.set('e-mail', {
      deliver: (message, signal) => mailer(message.title, textOf(message), signal),
    })
  }
  return receivers
}

/** CloudEvents in the structured mode of their HTTP binding, version 1.0.2. */
function eventWebhook(url: string, { eventsWebhookSecret: secret }: Config): EventReceiver {
  const contentType = 'application/cloudevents+json; charset=utf-8'
  const post = httpPost({ url, secret, contentType })
  return { deliver: (event, signal) => post(JSON.stringify(event), signal) }
}

async function leaseOf(config: Config, log: Log) {
  const { redisAddr, redisPassword: password, redisTls: tls } = config
  return redisAddr === null
    ? null
    : openSenderLease({ redis: { ...redisAddr, password, tls }, log })
}
