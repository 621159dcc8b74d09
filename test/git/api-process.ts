import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { TEST_KEYS } from '../../src/testing/keys.ts'
import { nodeEnvironment } from '../../src/testing/node-environment.ts'
import { ofEachProcess } from './proc.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TEMPLATE = new URL('../../gitops-repo-template/platform.yaml', import.meta.url)

/**
 * platform.yaml of the template with ten teams, three clusters, room for 15,000 stores, no limit on
 * set-ups and mass deletions, and a retention of 7 days.
 */
export async function roomyPlatform(): Promise<string> {
  const template = (await readFile(TEMPLATE, 'utf8')).replaceAll(
    /^(?:limits|teams|clusters):\n(?: .*\n)*/gm,
    '',
  )
  const list = (names: readonly string[], text: string) =>
    names.map((name) => `  ${name}:${text}\n`).join('')
  const teams = Array.from({ length: 10 }, (_, n) => `team-${n}`)
  const clusters = list(['in-cluster', 'second', 'third'], '\n    maxStores: 5000')
  return `${template}limits:\n  maxStores: 15000\n  provisioning: 0\n  massDelete:\n    percent: 100\ndeletion:\n  retentionDays: 7\nclusters:\n${clusters}teams:\n${list(['default', ...teams], ' {}')}`
}

/** The real server in its own process group. */
export interface ApiProcess {
  readonly url: string
  readonly pid: number
  /** Kills the group; with `gits` also the git processes that it started, each in its own group. */
  kill(gits?: boolean): Promise<void>
  /** SIGTERM. Resolves with the exit code. */
  stop(): Promise<number | null>
  log(): string
}

/** @param wrap words in front of the command, such as `faketime -f +10m` */
export async function startApi(
  dataDir: string,
  environment: Readonly<Record<string, string>> = {},
  wrap: readonly string[] = [],
): Promise<ApiProcess> {
  const words = [...wrap, process.execPath, 'src/main.ts']
  const child = spawn(words[0] ?? '', words.slice(1), {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...nodeEnvironment,
      HOME: tmpdir(),
      LISTEN_ADDR: '127.0.0.1:0',
      DATA_DIR: dataDir,
      GIT_FETCH_INTERVAL: '1s',
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'warn',
      PROVENANCE_KEYS: TEST_KEYS,
      ...environment,
    },
  })
  let text = ''
  const ended = once(child, 'close').then(([code]) => code as number | null)
  child.stdout.setEncoding('utf8').on('data', (said: string) => (text += said))
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (said: string) => {
      text += said
      const found = /Storewright is ready: (http:\S+)/.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
    void ended.then((code) => reject(new Error(`the server ended with ${code}: ${text}`)))
  })
  return {
    url,
    pid: child.pid ?? 0,
    log: () => text,
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
    kill: async (gits = false) => {
      await killGroups(child, gits)
      await ended
    },
  }
}

async function killGroups(child: ChildProcess, gits: boolean): Promise<void> {
  const pid = child.pid as number
  for (const group of [pid, ...(gits ? await childrenOf(pid) : [])]) {
    try {
      process.kill(-group, 'SIGKILL')
    } catch {
      // The process has already ended.
    }
  }
}

/** Child processes of `pid`; empty without /proc. Source: proc(5), field 4 of stat. */
export async function childrenOf(pid: number): Promise<number[]> {
  const rows = [...(await ofEachProcess('stat'))]
  return rows.flatMap(([child, stat]) => {
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
    return parent === String(pid) ? [child] : []
  })
}
