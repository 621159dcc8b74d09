import { describe, expect, it, onTestFinished } from 'vitest'
import { startCiIssuer } from '../testing/ci-issuer.ts'
import { deviceSignIn, requireTls } from './device-sign-in.ts'

describe('a sign-in with a device code', () => {
  it.each([
    'https://a.example',
    'http://localhost:8080',
    'http://127.0.0.1:1',
    'http://[::1]:8080',
  ])('sends a token to %s', (url) => {
    expect(() => requireTls(url, 'The server')).not.toThrow()
  })

  it.each(['http://a.example', 'http://localhost.a.example', 'ftp://localhost/x'])(
    'sends no token to %s',
    (url) => {
      expect(() => requireTls(url, 'The server')).toThrow('The server must use https')
    },
  )

  it('refuses an identity provider that is reached in clear text', async () => {
    const signIn = deviceSignIn({ issuer: 'http://id.example', clientId: 'cli' }, () => undefined)
    await expect(signIn).rejects.toThrow('The identity provider must use https')
  })

  it('says that the provider has no such sign-in, or does not answer', async () => {
    const provider = await startCiIssuer()
    onTestFinished(() => provider.close())
    const signIn = () => deviceSignIn({ issuer: provider.issuer, clientId: 'cli' }, () => undefined)
    await expect(signIn()).rejects.toThrow(
      'The identity provider has no sign-in with a device code.',
    )
    await provider.down()
    await expect(signIn()).rejects.toThrow('The identity provider does not answer as it should')
    await provider.up()
  })
})
