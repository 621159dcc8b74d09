import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SECRETS } from '../../constructs/credentials.ts'
import { mountConfigMaps } from './config-maps.ts'
import { Pod, Volumes } from './pod.ts'
import { cannotRun, unless } from './programs.ts'
import { secretsApi, type SecretsApi, TOKEN } from './secrets-api.ts'

describe.skipIf(cannotRun !== null)(`secrets.php${unless}`, () => {
  let volumes: Volumes
  let pod: Pod
  let api: SecretsApi

  async function against(next: SecretsApi) {
    api = next
    await volumes.write('/token/ca.crt', api.authority)
    await volumes.write('/token/token', TOKEN)
  }
  beforeEach(async () => {
    volumes = await Volumes.create({ '/token': 33 })
    await mountConfigMaps(volumes)
    await against(await secretsApi())
    pod = await Pod.start({ volumes, mounts: ['/token', '/scripts'], hostNetwork: true })
  })
  afterEach(async () => {
    await pod.kill()
    await api.close()
    await volumes.remove()
  })

  const run = (database = 1, admin = 1) =>
    pod.exec(['php', '/scripts/secrets.php'], {
      env: {
        STORE_NAME: 'acme',
        STORE_NAMESPACE: 'store-acme',
        KUBERNETES_SERVICE_HOST: '127.0.0.1',
        KUBERNETES_SERVICE_PORT: String(api.port),
        CREDENTIALS_REVISION: String(database),
        ADMIN_REVISION: String(admin),
      },
    })
  const value = (name: string, key: string) =>
    Buffer.from(api.secrets.get(name)?.data[key] ?? '', 'base64').toString()
  const values = () => [...api.secrets.values()].flatMap(({ data }) => Object.values(data))

  it('creates the three Secrets with every key that pods mount, and prints only names', async () => {
    const ran = await run()
    expect(ran).toEqual({
      code: 0,
      stdout: 'db-credentials: made\nwp-salts: made\nwp-admin: made\n',
      stderr: '',
    })
    expect([...api.secrets.keys()].toSorted()).toEqual(Object.keys(SECRETS).toSorted())
    for (const [name, keys] of Object.entries(SECRETS)) {
      const required = keys.filter((key) => key !== 'previous-password')
      expect(Object.keys(api.secrets.get(name)?.data ?? {}).toSorted()).toEqual(required.toSorted())
    }
    expect(value('db-credentials', 'password')).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(value('db-credentials', 'root-password')).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(value('wp-admin', 'password')).toMatch(/^[A-Za-z0-9]{32}$/)
    for (const key of SECRETS['wp-salts'])
      expect(value('wp-salts', key)).toMatch(/^[A-Za-z0-9]{64}$/)
    const secret = values().filter((each) => each.length > 8)
    expect(new Set(secret).size).toBe(11)
  })

  it('labels them for the store, without the labels that Argo CD tracks by', async () => {
    await run()
    for (const { metadata } of api.secrets.values()) {
      expect(metadata.labels).toEqual({ 'storewright.dev/store': 'acme' })
    }
    expect(api.secrets.get('wp-salts')?.immutable).toBe(true)
    expect(api.secrets.get('db-credentials')?.immutable).toBe(false)
  })

  it('keeps existing values, byte for byte, when it runs again', async () => {
    await run()
    const before = values()
    const ran = await run()
    expect(ran.stdout).toBe('db-credentials: kept\nwp-salts: kept\nwp-admin: kept\n')
    expect(values()).toEqual(before)
    expect(api.requests.filter((line) => line.startsWith('PUT'))).toEqual([])
  })

  it('rotates the password once for a raised revision, and keeps the previous one', async () => {
    await run()
    const [first, root] = ['password', 'root-password'].map((key) => value('db-credentials', key))
    expect((await run(2)).stdout).toBe('db-credentials: rotated\nwp-salts: kept\nwp-admin: kept\n')
    const second = value('db-credentials', 'password')
    expect(second).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(second).not.toBe(first)
    expect(value('db-credentials', 'previous-password')).toBe(first)
    expect(value('db-credentials', 'root-password')).toBe(root)
    expect(value('db-credentials', 'revision')).toBe('2')

    expect((await run(2)).stdout).toContain('db-credentials: kept')
    expect((await run(1)).stdout).toContain('db-credentials: kept')
    expect(value('db-credentials', 'password')).toBe(second)

    await run(3)
    expect(value('db-credentials', 'previous-password')).toBe(second)
  })

  it('resets only the admin', async () => {
    await run()
    const before = value('db-credentials', 'password')
    expect((await run(1, 2)).stdout).toBe(
      'db-credentials: kept\nwp-salts: kept\nwp-admin: rotated\n',
    )
    expect(value('db-credentials', 'password')).toBe(before)
  })

  it('continues after an interrupted run', async () => {
    await run()
    const password = value('db-credentials', 'password')
    api.secrets.delete('wp-admin')
    expect((await run()).stdout).toBe('db-credentials: kept\nwp-salts: kept\nwp-admin: made\n')
    expect(value('db-credentials', 'password')).toBe(password)
  })

  it('does not overwrite a Secret that changed after it was read', async () => {
    await run()
    api.before = (method) => {
      const secret = api.secrets.get('db-credentials')
      if (method === 'PUT' && secret !== undefined) secret.metadata.resourceVersion = '77'
    }
    const before = value('db-credentials', 'password')
    const ran = await run(2)
    expect(ran.code).toBe(1)
    expect(ran.stderr).toBe('db-credentials: cannot rotate it, the API server answers 409\n')
    expect(value('db-credentials', 'password')).toBe(before)
  })

  it('stops with the status if the token is not accepted, and prints no token', async () => {
    await volumes.write('/token/token', 'another')
    const ran = await run()
    expect(ran).toEqual({
      code: 1,
      stdout: '',
      stderr: 'db-credentials: cannot make it, the API server answers 401\n',
    })
  })

  it.each([
    ['a certificate for another name', () => secretsApi('kubernetes.example.com'), false],
    ['a certificate of another authority', () => secretsApi(), true],
  ])('sends nothing to a server with %s', async (_what, make, stranger) => {
    const good = api
    const bad = await make()
    await against(bad)
    if (stranger) await volumes.write('/token/ca.crt', good.authority)
    const ran = await run()
    expect(ran).toMatchObject({ code: 1, stdout: '' })
    expect(ran.stderr).toBe('db-credentials: cannot make it, the API server answers 0\n')
    expect(bad.requests).toEqual([])
    await good.close()
  })

  it('stops when the server does not respond', async () => {
    await api.close()
    expect(await run()).toMatchObject({ code: 1, stdout: '' })
    await against(await secretsApi())
  })
})
