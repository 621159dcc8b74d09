import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

/** Result of a finished program: exit code (128 + signal if it was killed) and output. */
export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ExecOptions {
  /** @default 33, www-data of the WordPress image */
  readonly uid?: number
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** The volumes of one pod, which outlive the pod. Paths are those inside the containers. */
export class Volumes {
  readonly root: string

  private constructor(root: string) {
    this.root = root
  }

  /** `folders` gives the owner's uid by path in the pod. */
  static async create(folders: Readonly<Record<string, number>>): Promise<Volumes> {
    const root = await mkdtemp(join(tmpdir(), 'storewright-pod-'))
    await chmod(root, 0o755)
    const volumes = new Volumes(root)
    for (const [path, uid] of Object.entries(folders)) {
      await mkdir(volumes.path(path), { recursive: true })
      await chown(volumes.path(path), uid, uid)
    }
    return volumes
  }

  /** Location of a path of the pod on this machine. */
  path(inPod: string): string {
    return join(this.root, inPod)
  }

  async write(inPod: string, content: string | Uint8Array, uid = 33): Promise<void> {
    const path = this.path(inPod)
    await mkdir(dirname(path), { recursive: true })
    await chown(dirname(path), uid, uid)
    await writeFile(path, content)
    await chmod(path, 0o644)
    await chown(path, uid, uid)
  }

  async read(inPod: string): Promise<string> {
    return readFile(this.path(inPod), 'utf8')
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true })
  }
}

/** Parent folders of the paths, outermost first, without those of the machine. */
function parents(paths: readonly string[]): string[] {
  const above = paths.flatMap((path) => {
    const parts = path.split('/').slice(1, -1)
    return parts.map((_, at) => `/${parts.slice(0, at + 1).join('/')}`)
  })
  return [...new Set(above)].filter((path) => !/^\/(usr|etc|proc|dev)(\/|$)/.test(path)).toSorted()
}

export interface PodProps {
  readonly volumes: Volumes
  /** Folders of `volumes` that the pod sees, each at its own path. */
  readonly mounts: readonly string[]
  /** Paths in the pod and their sources on this machine, read-only. */
  readonly readOnly?: Readonly<Record<string, string>>
  /** Host names of this pod, such as `mariadb`. */
  readonly hosts?: readonly string[]
  /** Additional paths in the pod for folders of `volumes`, like mounts by `subPath`. */
  readonly links?: Readonly<Record<string, string>>
  /** Shares this machine's loopback, for a server inside the test. @default false */
  readonly hostNetwork?: boolean
}

/**
 * A separate root with the paths that a container sees, loopback as the only network, and a process
 * space that ends with it. Programs come from this machine, read-only, and run without
 * capabilities.
 */
export class Pod {
  readonly #holder: ChildProcess
  readonly #pid: number

  private constructor(holder: ChildProcess, pid: number) {
    this.#holder = holder
    this.#pid = pid
  }

  static async start(props: PodProps): Promise<Pod> {
    const { volumes, mounts, readOnly = {}, hosts = [], links = {}, hostNetwork = false } = props
    const hostsFile = join(volumes.root, `hosts-${hosts.join('-')}`)
    await writeFile(hostsFile, `127.0.0.1 localhost ${hosts.join(' ')}\n`)
    const words = [
      ...[
        '--ro-bind',
        '/usr',
        '/usr',
        '--ro-bind',
        '/etc',
        '/etc',
        '--ro-bind',
        hostsFile,
        '/etc/hosts',
      ],
      ...['bin', 'lib', 'lib64', 'sbin'].flatMap((name) => [
        '--symlink',
        `usr/${name}`,
        `/${name}`,
      ]),
      ...['--proc', '/proc', '--dev', '/dev', '--perms', '1777', '--tmpfs', '/tmp'],
      ...['--perms', '1777', '--tmpfs', '/dev/shm'],
      // Parent folders made by bwrap are accessible to root only.
      ...['/run', ...parents([...mounts, ...Object.keys(links), ...Object.keys(readOnly)])].flatMap(
        (path) => ['--perms', '0755', '--dir', path],
      ),
      ...mounts.flatMap((path) => ['--bind', volumes.path(path), path]),
      ...Object.entries(readOnly).flatMap(([path, source]) => ['--ro-bind', source, path]),
      // After the read-only mounts, because uploads are below read-only code.
      ...Object.entries(links).flatMap(([path, to]) => ['--bind', volumes.path(to), path]),
      ...(hostNetwork ? [] : ['--unshare-net']),
      ...['--unshare-pid', '--unshare-ipc', '--die-with-parent'],
      ...['--json-status-fd', '3'],
      // Printing `up` shows that the root is complete. The process id is reported earlier.
      ...['--', 'sh', '-c', 'echo up; exec sleep infinity'],
    ]
    const holder = spawn('bwrap', words, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
    const status = holder.stdio[3] as Readable
    const { stdout, stderr } = holder as ChildProcessWithoutNullStreams
    const up = Promise.all([once(status, 'data'), once(stdout, 'data')])
    const first = await Promise.race([up, once(holder, 'exit')])
    const pid = Number(/"child-pid": (\d+)/.exec(String(first))?.[1])
    if (Number.isNaN(pid)) throw new Error(`bwrap: ${await text(stderr)}`)
    return new Pod(holder, pid)
  }

  /** Starts a program as `uid`. It ends at the latest with the pod. */
  spawn(command: readonly string[], { uid = 33, env = {} }: ExecOptions = {}): ChildProcess {
    const ids = uid === 0 ? [] : ['--reuid', String(uid), '--regid', String(uid), '--clear-groups']
    const words = [
      ...['--target', String(this.#pid), '--mount', '--net', '--pid', '--ipc', '--root', '--wd'],
      ...['setpriv', ...ids, '--no-new-privs'],
      ...(uid === 0 ? [] : ['--inh-caps=-all', '--bounding-set=-all']),
      ...['--', ...command],
    ]
    return spawn('nsenter', words, {
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', HOME: '/tmp', ...env },
    })
  }

  /** Runs a program to its end, like `kubectl exec`. */
  async exec(command: readonly string[], options: ExecOptions = {}): Promise<Finished> {
    const child = this.spawn(command, options)
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(options.input ?? '')
    const [[code, signal], stdout, stderr] = await Promise.all([
      once(child, 'close') as Promise<[number | null, string | null]>,
      text(child.stdout as never),
      text(child.stderr as never),
    ])
    return { code: code ?? (signal === 'SIGKILL' ? 137 : 143), stdout, stderr }
  }

  /** Kills every process of the pod at once, like a power failure of the node. */
  async kill(): Promise<void> {
    if (this.#holder.exitCode !== null || this.#holder.signalCode !== null) return
    const gone = once(this.#holder, 'exit')
    process.kill(this.#pid, 'SIGKILL')
    await gone
  }
}
