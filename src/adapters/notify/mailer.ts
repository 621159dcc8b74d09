import { createTransport } from 'nodemailer'

/** Milliseconds for the connection, the greeting, and each response of the server. */
const TIMEOUT_MS = 10_000

export interface MailerOptions {
  /** `smtps://user:password@host:port` (port 465) or `smtp://…` (port 587). */
  readonly url: string
  readonly from: string
  readonly to: readonly string[]
  /** Send nothing to a server that does not offer STARTTLS. */
  readonly requiresTls: boolean
}

/**
 * Sends e-mail as plain text, each over its own connection. A certificate that is not valid for the
 * host is a failure.
 * @returns sends one e-mail; returns why that failed, as an error code, or `null`
 */
export function openMailer({ url, from, to, requiresTls }: MailerOptions) {
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const auth = { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
  const options = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: requiresTls,
    ...(username === '' ? {} : { auth }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
  return async (subject: string, text: string, signal: AbortSignal): Promise<string | null> => {
    const transport = createTransport(options)
    let abort = (): void => undefined
    const aborted = new Promise<string>((resolve) => (abort = () => resolve('aborted')))
    signal.addEventListener('abort', abort)
    // RFC 3834: vacation notices are not sent to automatic e-mail.
    const headers = { 'Auto-Submitted': 'auto-generated' }
    const sent = transport.sendMail({ from, to: [...to], subject, text, headers }).then(
      () => null,
      // Not the message, which repeats what the server said about user and recipient.
      (error: unknown) => codeOf(error),
    )
    try {
      return await Promise.race([sent, aborted])
    } finally {
      signal.removeEventListener('abort', abort)
      transport.close()
    }
  }
}

/** Such as `EAUTH 535`. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Error'
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown }
  const word = typeof code === 'string' ? code : error.name
  return typeof responseCode === 'number' ? `${word} ${responseCode}` : word
}
