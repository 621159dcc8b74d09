import { execFile, spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { kubectl, until } from '../cluster/kubernetes.ts'

const run = promisify(execFile)

/** The parts of a pod that the suite reads. */
export interface Pod {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly labels: Readonly<Record<string, string>>
    readonly deletionTimestamp?: string
  }
  readonly spec: {
    readonly initContainers?: readonly { readonly name: string }[]
    readonly containers: readonly { readonly name: string; readonly image: string }[]
  }
  readonly status: {
    readonly phase: string
    readonly podIP?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly {
      readonly name: string
      readonly restartCount: number
      readonly containerID?: string
    }[]
  }
}

/** Pods of a namespace, including finished ones. `name` is the label `app.kubernetes.io/name`. */
export async function podsOf(namespace: string, name?: string): Promise<readonly Pod[]> {
  const label = name === undefined ? [] : ['-l', `app.kubernetes.io/name=${name}`]
  const text = await kubectl(['-n', namespace, 'get', 'pods', ...label, '-o', 'json'])
  return (JSON.parse(text) as { items: Pod[] }).items
}

/** The pod of that name if it is Ready and not terminating, or else `null`. */
export async function readyPod(namespace: string, name: string): Promise<Pod | null> {
  const pods = await podsOf(namespace, name)
  const ready = ({ metadata, status }: Pod) =>
    metadata.deletionTimestamp === undefined &&
    status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true
  return pods.find(ready) ?? null
}

/** Standard output of a command in the first Ready pod of that name. */
export async function inPod(
  namespace: string,
  name: string,
  words: readonly string[],
  input?: string,
): Promise<string> {
  const { value: pod } = await until(`${name} of ${namespace} is ready`, () =>
    readyPod(namespace, name),
  )
  const exec = ['-n', namespace, 'exec', '-i', pod.metadata.name, '-c', name, '--', ...words]
  return kubectl(exec, input ?? '')
}

/** Rows of a query as root of the store's database, columns separated by tabs. */
export async function sql(namespace: string, query: string): Promise<string[]> {
  const script =
    'exec mariadb --defaults-extra-file=<(printf "[client]\\nuser=root\\npassword=%s\\n" ' +
    '"$(cat /secrets/db/root-password)") --batch --skip-column-names wordpress'
  const text = await inPod(namespace, 'mariadb', ['bash', '-c', script], query)
  return text === '' ? [] : text.split('\n')
}

/** Logs of every container of every pod, including the previous run, by `pod/container`. */
export async function logsOf(namespace: string): Promise<ReadonlyMap<string, string>> {
  const logs = new Map<string, string>()
  for (const { metadata, spec } of await podsOf(namespace)) {
    for (const { name } of [...(spec.initContainers ?? []), ...spec.containers]) {
      const words = ['-n', namespace, 'logs', metadata.name, '-c', name]
      const now = await kubectl(words).catch(() => '')
      const before = await kubectl([...words, '--previous']).catch(() => '')
      logs.set(`${metadata.name}/${name}`, `${before}\n${now}`)
    }
  }
  return logs
}

/**
 * Calls `visit` with a port of 127.0.0.1 forwarded to the Service `wordpress`, as in the
 * documentation.
 */
export async function throughPortForward<T>(
  namespace: string,
  visit: (port: number) => Promise<T>,
): Promise<T> {
  const words = ['-n', namespace, 'port-forward', 'service/wordpress', ':80']
  const child = spawn('kubectl', words, { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const found = /Forwarding from 127\.0\.0\.1:([0-9]+)/.exec(text)?.[1]
        if (found !== undefined) resolve(Number(found))
      })
      child.once('close', () => reject(new Error('kubectl port-forward ended')))
    })
    return await visit(port)
  } finally {
    child.kill('SIGTERM')
  }
}

/** Ids of the node's running containers of that name. */
export async function containersOf(namespace: string, name: string): Promise<readonly string[]> {
  const label = (key: string, value: string) => `labels."io.kubernetes.${key}"==${value}`
  const filter = `${label('pod.namespace', namespace)},${label('container.name', name)}`
  const { stdout } = await containerd(['containers', 'list', '-q', filter])
  return stdout.split('\n').filter((id) => id !== '')
}

/** Sends SIGKILL to every process of a container at once, as when the node runs out of memory. */
export async function killContainer(id: string): Promise<void> {
  await containerd(['tasks', 'kill', '--all', '--signal', 'KILL', id])
}

/** The socket is next to the node's kubeconfig. */
export function containerd(words: readonly string[]): Promise<{ stdout: string }> {
  const socket = join(dirname(process.env['KUBECONFIG'] ?? ''), 'run', 'containerd.sock')
  return run('ctr', ['--address', socket, '--namespace', 'k8s.io', ...words])
}
