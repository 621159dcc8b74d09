import { execFile } from 'node:child_process'

/**
 * Runs kubectl with the KUBECONFIG of the environment. `input` goes to stdin.
 * @throws Error with the output of kubectl
 */
export function kubectl(words: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'kubectl',
      words,
      { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout.trim())
        else reject(new Error(`kubectl ${words.join(' ')}: ${stderr.trim() || error.message}`))
      },
    )
    child.stdin?.end(input)
  })
}

/** The parts of a cluster object that the suite reads. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly deletionTimestamp?: string
  }
  readonly spec?: { readonly replicas?: number; readonly revisionHistoryLimit?: number }
}

/** Returns `null` if there is no such object. `kind` may include its group: `deployment.apps`. */
export async function getObject<T = KubeObject>(
  kind: string,
  name: string,
  namespace: string,
): Promise<T | null> {
  const words = ['-n', namespace, 'get', kind, name, '--ignore-not-found', '-o', 'json']
  const text = await kubectl(words)
  return text === '' ? null : (JSON.parse(text) as T)
}

/**
 * Polls until the result is neither null nor false. Returns it with the seconds that took.
 * @throws Error after `limitSeconds`, with the last result of `describe`
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null | false>,
  describe: () => Promise<string> = async () => '',
  limitSeconds = 120,
): Promise<{ value: T; seconds: number }> {
  const began = performance.now()
  const seconds = () => Math.round(performance.now() - began) / 1000
  for (;;) {
    const value = await ask()
    if (value !== null && value !== false) return { value, seconds: seconds() }
    if (seconds() > limitSeconds) {
      throw new Error(`not within ${limitSeconds} s: ${what}\n${await describe()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
