import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { readFile, readlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A part of the cluster that runs as a process of this machine. */
export interface Part {
  readonly name: string
  /** Kills it immediately, like a power failure. */
  kill(): void
  /** Starts it again with the same arguments, environment and folder. */
  start(): Promise<void>
}

/** Folder with the process ids and logs of the cluster, next to its kubeconfig. */
const state = () => dirname(process.env['KUBECONFIG'] ?? '')

/** `null` if the parts of the cluster are not processes that this suite may kill. */
export async function partOf(name: string): Promise<Part | null> {
  const file = join(state(), 'pids', name)
  const read = () => readFile(file, 'utf8').then(Number)
  const pid = await read().catch(() => null)
  if (pid === null) return null
  const [words, environment, cwd] = await Promise.all([
    readFile(`/proc/${pid}/cmdline`, 'utf8'),
    readFile(`/proc/${pid}/environ`, 'utf8'),
    readlink(`/proc/${pid}/cwd`),
  ])
  const [program = '', ...rest] = words.split('\0').slice(0, -1)
  const env = Object.fromEntries(
    environment
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  let running = pid
  return {
    name,
    kill: () => void process.kill(running, 'SIGKILL'),
    async start() {
      const log = openSync(join(state(), 'logs', `${name}.log`), 'a')
      const child = spawn(program, rest, { cwd, env, detached: true, stdio: ['ignore', log, log] })
      child.unref()
      running = child.pid ?? 0
      await writeFile(file, `${running}\n`)
    },
  }
}
