import { ulid } from 'ulid'
import { StoreError } from '../domain/errors.ts'
import type { Decide, Log, Requester, StoreChange } from '../domain/ports.ts'

const encoder = new TextEncoder()

/** store.yaml of a small shop, valid under any platform file of the tests. */
export function storeYaml(team: string, name: string, title = name): string {
  return `apiVersion: storewright.dev/v1
kind: Store
name: ${name}
team: ${team}
engine: woo
plan: small
release: '2026.11'
cluster: in-cluster
storage:
  uploads: 5
  database: 5
  uploadsAccess: RWO
secretsMode: job
lifecycle:
  state: active
autoSync: true
title: ${title}
owner: local:test
admin:
  user: shopkeeper
site:
  country: US
  currency: USD
  locale: en_US
  timezone: UTC
sampleProduct: true
nonce:
  retry: 0
  credentials: 1
  adminReset: 0
`
}

/** Minimal files of a store. The writer does not read manifests. */
export function storeFiles(team: string, name: string, title = name): Map<string, Uint8Array> {
  return new Map([
    ['store.yaml', encoder.encode(storeYaml(team, name, title))],
    ['app.json', encoder.encode(`{"schema":"1","name":"${name}"}\n`)],
    ['manifests/10-namespace.yaml', encoder.encode(`kind: Namespace\nname: store-${name}\n`)],
    ['manifests/20-wordpress.yaml', encoder.encode(`kind: Deployment\ntitle: ${title}\n`)],
  ])
}

export function createChange(team: string, name: string, title = name): StoreChange {
  return {
    team,
    name,
    action: 'create',
    facts: ['woo', 'small'],
    files: storeFiles(team, name, title),
  }
}

/** Declares a store unless its name is taken, like the operation. */
export function create(team: string, name: string, title = name): Decide {
  return (at) => {
    if (at.stores.has(name)) throw new StoreError('name_taken', 'store already exists')
    return createChange(team, name, title)
  }
}

/** Changes the title of a store. */
export function retitle(team: string, name: string, title: string): Decide {
  return (at) => {
    if (!at.stores.has(name)) throw new StoreError('store_not_found', 'no such store')
    return { ...createChange(team, name, title), action: 'update', facts: [] }
  }
}

/** A requester with its own request id. */
export function requester(subject = 'local:test'): Requester {
  return { subject, auth: 'local', source: 'api', requestId: ulid() }
}

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly detail?: string | undefined
}

/** A log that stores its lines. */
export function memoryLog(): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = []
  const at =
    (level: string): Log['info'] =>
    (message, fields) => {
      lines.push({ level, message, detail: fields?.detail })
    }
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
