import { expect } from 'vitest'
import { renderedStores } from './argo-cd.ts'

export interface Generated {
  readonly metadata: Record<string, unknown>
  readonly spec: Record<string, unknown>
}

/**
 * Renders the installed template with these values instead of app.json, through Argo CD's own API.
 */
export async function generate(
  repoURL: string,
  elements: readonly object[],
): Promise<readonly Generated[]> {
  const [set] = (await renderedStores(repoURL)).applicationSets as [
    { spec: Record<string, unknown> },
  ]
  const body = {
    applicationSet: {
      ...set,
      spec: { ...set.spec, generators: [{ list: { elements } }] },
    },
  }
  const url = `${process.env['ARGOCD_URL']}/api/v1/applicationsets/generate`
  const reply = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${process.env['ARGOCD_TOKEN']}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  const text = await reply.text()
  if (!reply.ok) throw new Error(`Argo CD answered ${reply.status}: ${text.slice(0, 500)}`)
  const { applications = [] } = JSON.parse(text) as { applications?: Generated[] }
  return applications
}

/**
 * The parts of an Application that app.json must not affect: all but labels, annotations, cluster,
 * autoSync, finalizer.
 */
export function fixedPartsOf({ metadata, spec }: Generated): object {
  const { labels, annotations, finalizers, ...named } = metadata
  const { 'storewright.dev/store': store, 'storewright.dev/team': team } = (labels ?? {}) as Record<
    string,
    string
  >
  const { syncPolicy, destination, ...rest } = spec as {
    syncPolicy: { automated: Record<string, unknown> }
    destination: Record<string, unknown>
  }
  const { enabled, ...automated } = syncPolicy.automated
  expect([undefined, true, false]).toContain(enabled)
  expect([undefined, []]).toContainEqual(
    Array.isArray(finalizers)
      ? finalizers.filter((each) => each !== 'resources-finalizer.argocd.argoproj.io')
      : undefined,
  )
  expect(Object.keys((annotations ?? {}) as object).length).toBeGreaterThan(0)
  return {
    named,
    store,
    team,
    rest,
    automated,
    syncPolicy: { ...syncPolicy, automated: null },
    namespace: destination['namespace'],
  }
}

const HOSTILE: readonly unknown[] = [
  'true',
  'purge',
  '{{ .path.path }}',
  '}}{{ end }}',
  'true\n  source: {path: stores/evil, targetRevision: refs/heads/x}',
  'true\nmetadata:\n  name: store-other\n  namespace: kube-system',
  'true\n  project: default',
  'purge"}}\nspec: {project: default}',
  '"]\n  name: x',
  '&a [*a]',
  '!!binary x',
  '- a\n- b',
  '# comment',
  '\u0000',
  '\u2028\u202e',
  '',
  'x'.repeat(5000),
  0,
  -1,
  1e300,
  true,
  false,
  null,
  [],
  ['purge'],
  { purge: true },
  { a: { b: ['true'] } },
]

/** Elements with a value from the list above for each key of app.json, chosen by a fixed rule. */
export function hostileValues(count: number): readonly object[] {
  const keys = ['autoSync', 'lifecycle', 'cluster', 'plan', 'release', 'tree', 'url', 'application']
  const more = ['namespace', 'name', 'team', 'engine', 'host', 'generator', 'schema', 'project']
  return Array.from({ length: count }, (_, n) => ({
    ...Object.fromEntries(
      [...keys, ...more].map((key, at) => [
        key,
        HOSTILE[(n * (at + 3) + at * at) % HOSTILE.length],
      ]),
    ),
    path: { path: 'stores/acme/own', segments: ['stores', 'acme', 'own'] },
  }))
}
