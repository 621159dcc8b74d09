import type { StoreFile } from '../contract/store-file.ts'
import { GENERATOR } from '../contract/version.ts'
import type { StoreRecord } from '../domain/snapshot.ts'

/** Intent of a small store, as a create request with only a name makes it. */
export function storeFile(change: Partial<StoreFile> = {}): StoreFile {
  return {
    apiVersion: 'storewright.dev/v1',
    kind: 'Store',
    name: 'shop',
    team: 'default',
    engine: 'woo',
    plan: 'small',
    release: '2026.11',
    cluster: 'in-cluster',
    title: 'shop',
    owner: 'local',
    lifecycle: { state: 'active' },
    autoSync: true,
    storage: { uploads: 2, database: 2, uploadsAccess: 'RWO' },
    secretsMode: 'job',
    admin: { user: 'shopkeeper' },
    site: { country: 'US', currency: 'USD', locale: 'en_US', timezone: 'UTC' },
    sampleProduct: true,
    nonce: { retry: 0, credentials: 1, adminReset: 0 },
    ...change,
  }
}

/** Record of that store as committed at `at` (RFC 3339), rendered and unmodified. */
export function storeRecord(at: string, intent: StoreFile = storeFile()): StoreRecord {
  const tree = 'a'.repeat(40)
  const ref = {
    commit: 'c'.repeat(40),
    at,
    action: 'create' as const,
    requestId: '01JDABCDEFGHJKMNPQRSTVWXYZ',
    by: 'local',
    source: 'api' as const,
  }
  return {
    team: intent.team,
    name: intent.name,
    intent,
    problems: [],
    intentBlob: 'b'.repeat(40),
    app: {
      schema: '1',
      application: `store-${intent.name}`,
      namespace: `store-${intent.name}`,
      name: intent.name,
      team: intent.team,
      engine: intent.engine,
      plan: intent.plan,
      release: intent.release,
      cluster: intent.cluster,
      lifecycle: intent.lifecycle.state,
      autoSync: intent.autoSync,
      host: `${intent.name}.127-0-0-1.nip.io`,
      url: `http://${intent.name}.127-0-0-1.nip.io`,
      tree,
      generator: GENERATOR,
    },
    manifestsTree: tree,
    created: ref,
    last: ref,
    rendered: { trees: [tree], generator: GENERATOR },
  }
}
