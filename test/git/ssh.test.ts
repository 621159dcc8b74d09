import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, connect } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { create, requester } from '../../src/testing/writes.ts'
import { skippedGoal } from './goals.ts'
import { eventually, harness, namesOnMain } from './harness.ts'

const run = promisify(execFile)
const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path))
const root = process.getuid?.() === 0
const usable = SSHD !== undefined
if (!usable) skippedGoal('ssh', 'needs a real sshd: apt-get install -y openssh-server')

it.skipIf(!usable)(
  'pushes over ssh to a real sshd on loopback and refuses an unknown host key',
  async () => {
    const { remote, open } = await harness()
    const folder = join(remote.scratch, 'ssh')
    const sshd = await startSshd(folder, SSHD ?? '')
    const url = `ssh://${userInfo().username}@127.0.0.1:${sshd.port}${remote.path}`
    const ssh = {
      kind: 'ssh',
      url,
      keyFile: join(folder, 'user'),
      knownHostsFile: join(folder, 'known'),
    } as const
    const repo = await open({ remote: ssh })
    const { commit } = await repo.change(requester(), create('acme', 'shop-1'))
    expect(await remote.head()).toBe(commit)
    await Promise.all(['a', 'b', 'c'].map((name) => repo.change(requester(), create('acme', name))))
    expect(await namesOnMain(remote)).toEqual(['a', 'b', 'c', 'shop-1'])
    const stranger = join(folder, 'stranger')
    await writeFile(
      stranger,
      `[127.0.0.1]:${sshd.port} ${(await readFile(join(folder, 'user.pub'), 'utf8')).split(' ').slice(0, 2).join(' ')}\n`,
    )
    await expect(open({ remote: { ...ssh, knownHostsFile: stranger } })).rejects.toMatchObject({
      code: 'git_auth',
    })
    await sshd.stop()
    const attempt = repo.change(requester(), create('acme', 'late'), { deadlineMs: 8000 })
    await expect(attempt).rejects.toMatchObject({ code: 'git_unavailable' })
  },
)

async function startSshd(folder: string, program: string) {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of ['host', 'user']) {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  }
  if (root) await mkdir('/run/sshd', { recursive: true })
  const port = await freePort()
  const publicKey = await readFile(join(folder, 'user.pub'), 'utf8')
  await writeFile(join(folder, 'authorized'), publicKey, { mode: 0o600 })
  const host = (await readFile(join(folder, 'host.pub'), 'utf8')).split(' ').slice(0, 2).join(' ')
  await writeFile(join(folder, 'known'), `[127.0.0.1]:${port} ${host}\n`)
  const settings = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: join(folder, 'host'),
    PidFile: 'none',
    AuthorizedKeysFile: join(folder, 'authorized'),
    StrictModes: 'no',
    UsePAM: 'no',
    PasswordAuthentication: 'no',
    PermitRootLogin: 'prohibit-password',
  }
  const lines = Object.entries(settings).map(([key, value]) => `${key} ${value}\n`)
  await writeFile(join(folder, 'config'), lines.join(''))
  const child = spawn(program, ['-D', '-e', '-f', join(folder, 'config')], { stdio: 'ignore' })
  const stop = async () => {
    child.kill('SIGKILL')
    await eventually(async () => !(await listens(port)))
  }
  onTestFinished(stop)
  await eventually(() => listens(port))
  return { port, stop }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
