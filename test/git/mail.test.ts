import { rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openMailer } from '../../src/adapters/notify/mailer.ts'
import { post, scratch, startServer } from '../../src/testing/server-process.ts'
import { certificates } from '../tls.ts'

const PASSWORD = 'CANARY-p@ss'

/** A real mail server on loopback that records what it accepts. */
async function mailServer(options: SMTPServerOptions = {}) {
  const accepted: {
    readonly to: readonly string[]
    readonly text: string
    readonly secure: boolean
  }[] = []
  const server = new SMTPServer({
    authOptional: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, done) => {
      const isRight = username === 'user' && password === PASSWORD
      done(isRight ? null : new Error('wrong'), isRight ? { user: 'user' } : undefined)
    },
    onData(stream, session, done) {
      let text = ''
      stream.setEncoding('utf8').on('data', (part: string) => (text += part))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address)
        accepted.push({ to, text, secure: session.secure })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as AddressInfo
  return { accepted, port }
}

const never = new AbortController().signal
const mailer = (url: string, requiresTls = false) =>
  openMailer({
    url,
    from: 'storewright@example.com',
    to: ['a@example.com', 'b@example.com'],
    requiresTls,
  })
const encoded = encodeURIComponent(PASSWORD)

describe('e-mail', () => {
  it('of a running server goes over TLS, with one message per store', async () => {
    const { authority, key, cert } = certificates('IP:127.0.0.1')
    const { accepted, port } = await mailServer({ secure: true, key, cert, authOptional: false })
    const dataDir = await scratch()
    const authorityFile = join(dataDir, 'authority.crt')
    await writeFile(authorityFile, authority)
    const server = await startServer(dataDir, {
      NOTIFY_WINDOW: '1s',
      NOTIFY_EMAIL_TO: 'a@example.com,b@example.com',
      NOTIFY_EMAIL_FROM: 'storewright@example.com',
      SMTP_URL: `smtps://user:${encoded}@127.0.0.1:${port}`,
      NODE_EXTRA_CA_CERTS: authorityFile,
    })
    onTestFinished(async () => {
      await server.end('SIGKILL')
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
    })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const reply = await post(server.url, '/api/v1/stores', { name: 'shop-a', plan: 'small' })
    expect(reply.status).toBe(201)
    await expect.poll(() => accepted.length, { timeout: 60_000 }).toBe(1)
    expect(accepted[0]).toMatchObject({ to: ['a@example.com', 'b@example.com'], secure: true })
    const text = accepted[0]?.text ?? ''
    expect(text).toContain('Subject: shop-a (team default) is ready\r\n')
    expect(text).toContain('Auto-Submitted: auto-generated\r\n')
    expect(text).toContain(`${server.url}/stores/shop-a`)
    expect(server.log()).not.toContain('CANARY')
  }, 120_000)

  it('is not sent to a server whose certificate is not trusted', async () => {
    const { key, cert } = certificates('IP:127.0.0.1')
    const { accepted, port } = await mailServer({ secure: true, key, cert })
    const send = mailer(`smtps://127.0.0.1:${port}`)
    expect(await send('subject', 'text', never)).toMatch(/^[A-Z_]+$/)
    expect(accepted).toEqual([])
  })

  it('is not sent without TLS, except on loopback', async () => {
    const { accepted, port } = await mailServer({ disabledCommands: ['STARTTLS'] })
    const url = `smtp://user:${encoded}@127.0.0.1:${port}`
    expect(await mailer(url, true)('subject', 'text', never)).not.toBeNull()
    expect(accepted).toEqual([])
    const plain = await mailServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true })
    const local = mailer(`smtp://user:${encoded}@127.0.0.1:${plain.port}`)
    expect(await local('subject', 'text', never)).toBeNull()
    expect(plain.accepted).toHaveLength(1)
  })

  it.each([
    ['the password is wrong', {}, 'wrong', /^EAUTH 535$/],
    [
      'the sender is refused',
      {
        onMailFrom: (_from, _session, done) => done(new Error(`no ${PASSWORD}`)),
      } satisfies SMTPServerOptions,
      encoded,
      /^EENVELOPE 550$/,
    ],
  ] as const)('names the code and no secret when %s', async (_what, options, password, code) => {
    const { port } = await mailServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      ...options,
    })
    const send = mailer(`smtp://user:${password}@127.0.0.1:${port}`)
    expect(await send('subject', 'text', never)).toMatch(code)
  })

  it('ends at once on a shutdown although the server hangs', async () => {
    const { port } = await mailServer({
      disabledCommands: ['STARTTLS'],
      onConnect: () => undefined,
    })
    const stop = new AbortController()
    const sending = mailer(`smtp://127.0.0.1:${port}`)('subject', 'text', stop.signal)
    setTimeout(() => stop.abort(), 100)
    const began = performance.now()
    expect(await sending).toBe('aborted')
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('to a server that is away fails with the code of the connection', async () => {
    const send = mailer('smtp://127.0.0.1:1')
    expect(await send('subject', 'text', never)).toMatch(/ECONN|ESOCKET/)
  })
})
