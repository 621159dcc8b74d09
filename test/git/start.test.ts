import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { nodeEnvironment } from '../../src/testing/node-environment.ts'
import { scratch, startServer } from '../../src/testing/server-process.ts'

const ROOT = join(import.meta.dirname, '../..')

let folder = ''
beforeEach(async () => {
  folder = await scratch()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function run(environment: Record<string, string>, ...words: string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = {
      ...nodeEnvironment,
      HOME: tmpdir(),
      LISTEN_ADDR: '127.0.0.1:0',
      DATA_DIR: join(folder, 'data'),
      LOG_FORMAT: 'json',
      ...environment,
    }
    execFile(
      process.execPath,
      ['src/main.ts', ...words],
      { cwd: ROOT, env },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

describe('the server process', () => {
  it.each([
    [{ STORES_REPO_URL: 'http://host.example/x' }, 'STORES_REPO_URL: '],
    [{ GIT_TOKEN: 'a\r\nb' }, 'GIT_TOKEN: '],
    [{ TOKENS_FILE: '/none/tokens.json' }, 'TOKENS_FILE: /none/tokens.json cannot be read'],
    [{ DATA_DIR: '/dev/null/data' }, 'DATA_DIR: /dev/null/data cannot be written'],
    [{ ENV: 'production' }, 'ENV=production: needs TLS'],
  ])(
    'S17 refuses %j with the same message at the start and with --check-config',
    async (given, name) => {
      const [checked, started] = await Promise.all([run(given, '--check-config'), run(given)])
      expect([checked.code, started.code]).toEqual([2, 2])
      expect(checked.stderr).toContain(`  - ${name}`)
      expect(started.stderr).toBe(checked.stderr)
      expect(started.stdout).toBe('')
    },
  )

  it('S1-03 refuses to listen beyond this machine without authentication', async () => {
    for (const address of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0']) {
      const { code, stderr } = await run({ LISTEN_ADDR: address })
      expect([address, code]).toEqual([address, 2])
      expect(stderr).toContain('without authentication only this machine may be answered')
    }
  })

  it('S1-32 reports every bad value of the first platform at once, and exits with 2', async () => {
    const bad = {
      LISTEN_ADDR: 'here',
      ENV: 'staging',
      REDIS_ADDR: 'nowhere',
      RATE_LIMIT: '-1',
      RATE_WINDOW: 'soon',
      LOG_LEVEL: 'loud',
    }
    const { code, stderr, stdout } = await run(bad)
    expect([code, stdout]).toEqual([2, ''])
    for (const name of Object.keys(bad)) expect(stderr).toContain(`  - ${name}: `)
  })

  it('S17 ends a failed start with one log line and no stack trace', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as AddressInfo
    const { code, stdout, stderr } = await run({ LISTEN_ADDR: `127.0.0.1:${port}` })
    expect(code).toBe(1)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(JSON.parse(stdout)).toMatchObject({
      msg: 'the server cannot start',
      detail: expect.stringContaining(
        `EADDRINUSE: address already in use 127.0.0.1:${port}`,
      ) as string,
    })
    expect(`${stdout}${stderr}`).not.toMatch(/\bat .*\.ts/)
  })

  it('starts and warns once about each variable that has no effect', async () => {
    const server = await startServer(join(folder, 'data'), { MAX_STORES: '3', PORT: '1' })
    const warnings = server
      .log()
      .split('\n')
      .filter((line) => line.includes('has no effect'))
      .map((line) => (JSON.parse(line) as { level: string; msg: string }).msg.split(' ')[0])
    await server.end('SIGKILL')
    expect(warnings).toEqual(['MAX_STORES', 'PORT'])
    const checked = await run({ MAX_STORES: '3' }, '--check-config')
    expect([checked.code, checked.stderr]).toEqual([
      0,
      expect.stringMatching(/^warning: MAX_STORES has no effect: .*\n$/),
    ])
  })
})
