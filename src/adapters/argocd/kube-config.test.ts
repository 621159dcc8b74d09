import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inClusterAccess, kubeConfigAccess } from './kube-config.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storewright-kubeconfig-'))
})
afterAll(() => rm(folder, { recursive: true }))

const base64 = (text: string) => Buffer.from(text).toString('base64')
const config = (cluster: string, user: string, context = 'here') => `apiVersion: v1
kind: Config
current-context: ${context}
clusters: [{name: c, cluster: {${cluster}}}]
users: [{name: u, user: {${user}}}]
contexts: [{name: here, context: {cluster: c, user: u}}]
`

async function read(text: string) {
  const path = join(folder, 'config')
  await writeFile(path, text)
  return kubeConfigAccess(path)
}

describe('kubeConfigAccess', () => {
  it('returns inline certificates', async () => {
    const access = await read(
      config(
        `server: "https://127.0.0.1:6443/", certificate-authority-data: ${base64('CA')}`,
        `client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}`,
      ),
    )
    expect(access).toMatchObject({
      server: 'https://127.0.0.1:6443',
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY', rejectUnauthorized: true },
    })
    expect(await access.token()).toBeNull()
  })

  it('returns certificates from files and reads the token file for each request', async () => {
    await writeFile(join(folder, 'ca.crt'), 'CA FILE')
    await writeFile(join(folder, 'token'), 'one\n')
    const access = await read(
      config('server: "https://h", certificate-authority: ca.crt', 'tokenFile: token'),
    )
    expect([access.tls.ca, await access.token()]).toEqual(['CA FILE', 'one'])
    await writeFile(join(folder, 'token'), 'two\n')
    expect(await access.token()).toBe('two')
  })

  it('skips the check of the server certificate only with insecure-skip-tls-verify', async () => {
    const insecure = await read(
      config('server: "https://h", insecure-skip-tls-verify: true', 'token: t'),
    )
    expect([insecure.tls.rejectUnauthorized, await insecure.token()]).toEqual([false, 't'])
  })

  it.each([
    ['users: [', /not valid YAML/],
    [
      config('server: "https://h"', 'token: secret-t', 'elsewhere'),
      /there is no context elsewhere/,
    ],
    [config('server: "ftp://h"', 'token: secret-t'), /#\/clusters\/0\/cluster\/server/],
    [
      config('server: "https://h"', 'exec: {command: aws, env: [{name: A, value: secret-t}]}'),
      /credentials from another program.*token of a ServiceAccount/s,
    ],
  ])('refuses an invalid kubeconfig without repeating secrets, case %#', async (text, expected) => {
    const failure = await read(text).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(String(failure)).toMatch(expected)
    expect(String(failure)).not.toContain('secret-t')
  })

  it('names a kubeconfig file that does not exist', async () => {
    await expect(kubeConfigAccess(join(folder, 'none'))).rejects.toThrow(/none cannot be read/)
  })
})

describe('inClusterAccess', () => {
  it('returns the mounted CA and the current token', async () => {
    await writeFile(join(folder, 'ca.crt'), 'CA')
    await writeFile(join(folder, 'token'), 'mounted')
    const access = await inClusterAccess('https://10.0.0.1:443', folder)
    expect(access).toMatchObject({ server: 'https://10.0.0.1:443', tls: { ca: 'CA' } })
    expect(await access?.token()).toBe('mounted')
  })

  it('returns null without a service account', async () => {
    expect(await inClusterAccess('https://10.0.0.1:443', join(folder, 'none'))).toBeNull()
  })
})
