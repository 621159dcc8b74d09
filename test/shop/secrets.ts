import { kubectl } from '../cluster/kubernetes.ts'
import { logsOf } from './pods.ts'

/** Decoded values of every Secret of a namespace, by `secret/key`. */
export async function secretsOf(namespace: string): Promise<ReadonlyMap<string, string>> {
  const text = await kubectl(['-n', namespace, 'get', 'secrets', '-o', 'json'])
  const { items } = JSON.parse(text) as {
    items: { metadata: { name: string }; data?: Record<string, string> }[]
  }
  return new Map(
    items.flatMap(({ metadata, data = {} }) =>
      Object.entries(data).map(([key, value]): [string, string] => [
        `${metadata.name}/${key}`,
        Buffer.from(value, 'base64').toString(),
      ]),
    ),
  )
}

/**
 * Finds Secret values of at least 16 characters in the logs of all pods, as `pod/container shows
 * secret/key`.
 */
export async function leaksOf(
  namespace: string,
): Promise<{ readonly leaks: readonly string[]; readonly values: number; readonly bytes: number }> {
  const values = [...(await secretsOf(namespace))].filter(([, value]) => value.length >= 16)
  const logs = await logsOf(namespace)
  const leaks = [...logs].flatMap(([container, text]) =>
    values
      .filter(([, value]) =>
        [value, Buffer.from(value).toString('base64'), encodeURIComponent(value)].some((form) =>
          text.includes(form),
        ),
      )
      .map(([key]) => `${container} shows ${key}`),
  )
  const bytes = [...logs.values()].reduce((sum, text) => sum + text.length, 0)
  return { leaks, values: values.length, bytes }
}
