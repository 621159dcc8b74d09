import { mailAddress, mailAddresses, smtpUrl } from './mail-parsers.ts'
import { optionalUrl, secret, type Setting } from './setting-kinds.ts'
import { duration, keySecret, seconds, shown, url } from './setting-parsers.ts'

/** Settings of the events and messages that the server sends. */
export interface NotifySettings {
  readonly eventsWebhookUrl: string | null
  readonly eventsWebhookSecret: string | null
  readonly notifyWebhookUrl: string | null
  readonly notifyWebhookSecret: string | null
  readonly notifySlackWebhookUrl: string | null
  readonly notifyEmailTo: readonly string[]
  readonly notifyEmailFrom: string | null
  readonly smtpUrl: string | null
  /** Milliseconds. */
  readonly notifyWindow: number
}

/** In the order in which they are printed. */
export const notifySettings: {
  readonly [Key in keyof NotifySettings]: Setting<NotifySettings[Key]>
} = {
  eventsWebhookUrl: optionalUrl('EVENTS_WEBHOOK_URL', 'http:', 'https:'),
  eventsWebhookSecret: secret('EVENTS_WEBHOOK_SECRET', keySecret),
  notifyWebhookUrl: optionalUrl('NOTIFY_WEBHOOK_URL', 'http:', 'https:'),
  notifyWebhookSecret: secret('NOTIFY_WEBHOOK_SECRET', keySecret),
  // The address is all that is needed to post to the channel.
  notifySlackWebhookUrl: secret('NOTIFY_SLACK_WEBHOOK_URL', url('http:', 'https:')),
  notifyEmailTo: {
    env: 'NOTIFY_EMAIL_TO',
    parse: mailAddresses,
    fallback: [],
    print: (value) => value.join(','),
  },
  notifyEmailFrom: {
    env: 'NOTIFY_EMAIL_FROM',
    parse: mailAddress,
    fallback: null,
    print: shown,
  },
  smtpUrl: secret('SMTP_URL', smtpUrl),
  notifyWindow: {
    env: 'NOTIFY_WINDOW',
    parse: duration(1000, 3_600_000),
    fallback: 60_000,
    print: seconds,
  },
}
