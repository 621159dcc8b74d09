import { describe, expect, it } from 'vitest'
import { readConfig, readFlags } from './config.ts'

const read = (environment: Record<string, string>) =>
  readConfig({ flags: readFlags([]), environment, readFile: () => null })
const MAIL = {
  NOTIFY_EMAIL_TO: 'ops@example.com, on-call@example.com',
  NOTIFY_EMAIL_FROM: 'storewright@example.com',
  SMTP_URL: 'smtps://us%40er:CANARY7@mail.example.com',
}

describe('the settings of e-mail', () => {
  it('are addresses and a server', () => {
    expect(read(MAIL).problems).toEqual([])
    expect(read(MAIL).config?.notifyEmailTo).toEqual(['ops@example.com', 'on-call@example.com'])
  })

  it.each(Object.keys(MAIL))('need %s', (missing) => {
    expect(read({ ...MAIL, [missing]: '' }).problems.join('\n')).toContain('e-mail needs')
  })

  it.each([
    ['NOTIFY_EMAIL_TO', 'ops@example.com,on-call'],
    ['NOTIFY_EMAIL_TO', 'Ops <ops@example.com>'],
    ['NOTIFY_EMAIL_FROM', 'a@example.com\r\nBcc: b@example.com'],
    ['NOTIFY_EMAIL_FROM', 'a@example.com, b@example.com'],
    ['SMTP_URL', 'smtp://u:CANARY7@mail.example.com?tls.rejectUnauthorized=false'],
    ['SMTP_URL', 'https://u:CANARY7@mail.example.com'],
    ['SMTP_URL', 'smtp://u:CANARY7@mail.example.com/path'],
    ['SMTP_URL', 'smtp://u:CANARY7%zz@mail.example.com'],
    ['SMTP_URL', 'mail.example.com'],
  ])('refuse %s=%j', (name, value) => {
    const text = read({ ...MAIL, [name]: value }).problems.join('\n')
    expect(text).toContain(`${name}: `)
    expect(text).not.toContain('CANARY7')
  })
})
