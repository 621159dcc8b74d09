import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Store } from '../../src/contract/store.ts'
import type { Lifecycle } from '../../src/contract/words.ts'
import type { Recording } from '../recordings.ts'
import { getObject } from './kubernetes.ts'
import type { Suite } from './suite.ts'

const FOLDER = fileURLToPath(new URL('../recorded/', import.meta.url))

interface Raw {
  readonly metadata: Record<string, unknown> & { readonly annotations?: Record<string, string> }
  readonly status?: {
    readonly sync?: { readonly revision?: string }
    readonly operationState?: { readonly syncResult?: { readonly revision?: string } }
  }
}

/**
 * With RECORD=1, saves Argo CD's objects for a store in a state that the API reports as `said`.
 * Names, addresses and values specific to this cluster are removed. `reason` is that of the
 * Application itself, if the API reported a cause.
 */
export async function record(
  suite: Suite,
  row: string,
  part: string,
  said: Store,
  reason = said.reason,
): Promise<void> {
  if (process.env['RECORD'] !== '1') return
  const { server } = suite
  const name = suite.name(part)
  const application = await getObject<Raw>('application', `store-${name}`, 'argocd')
  const set = await getObject<Raw>('applicationset', 'stores', 'argocd')
  const now = new Date().toISOString()
  await server.git('fetch', '--quiet', 'origin')
  const tree = async (revision: string | undefined) =>
    revision === undefined || revision === ''
      ? ''
      : server.git('rev-parse', `${revision}:stores/default/${name}/manifests`).catch(() => null)
  const required = await tree('origin/main')
  const file = `origin/main:stores/default/${name}/app.json`
  const app = await server.git('show', file).catch(() => null)
  // Argo CD acts on the rendered file. For a removed store the API remembers it.
  const lifecycle =
    app === null ? said.lifecycle : (JSON.parse(app) as { lifecycle: Lifecycle }).lifecycle
  const recording: Recording = {
    row,
    expected: { phase: said.phase, reason },
    now,
    asOf: said.asOf,
    declared: {
      lifecycle,
      autoSync: said.autoSync,
      onMain: required !== null,
      required: required ?? '',
      committedAt: said.change.at,
    },
    observed: application === null ? '' : await tree(application.status?.sync?.revision),
    applied: (await tree(application?.status?.operationState?.syncResult?.revision)) || null,
    application: application === null ? null : redacted(application),
    applicationSet:
      set === null
        ? null
        : { metadata: { name: 'stores' }, status: { conditions: conditionsOf(set) } },
  }
  const text = JSON.stringify(recording, null, 1)
    .replaceAll(name, 'shop')
    .replaceAll(server.repoURL, 'https://git.example.com/stores.git')
    .replaceAll(server.url, 'https://storewright.example.com')
    .replaceAll(/https?:\/\/127\.0\.0\.1:\d+/g, 'https://cluster.example.com')
  await mkdir(FOLDER, { recursive: true })
  await writeFile(
    join(FOLDER, `${row.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}.json`),
    `${text}\n`,
  )
}

function conditionsOf(set: Raw): unknown {
  return (set.status as { conditions?: unknown } | undefined)?.conditions ?? []
}

function redacted({ metadata, ...rest }: Raw): unknown {
  const { managedFields: _m, uid: _u, ownerReferences: _o, ...kept } = metadata
  return { ...rest, metadata: kept }
}
