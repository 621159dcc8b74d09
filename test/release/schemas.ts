import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { moduleFolder } from './tools.ts'

/** Version of Kubernetes whose fields are allowed, and the custom resources. */
const KUBERNETES = 'k8s.io/kubernetes@v1.34.4'
const CUSTOM: readonly (readonly [module: string, file: string])[] = [
  [
    'sigs.k8s.io/gateway-api@v1.4.1',
    'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml',
  ],
  [
    'github.com/bitnami-labs/sealed-secrets@v0.36.0',
    'helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml',
  ],
  [
    'github.com/external-secrets/external-secrets@v1.3.2',
    'config/crds/bases/external-secrets.io_externalsecrets.yaml',
  ],
  [
    'github.com/external-secrets/external-secrets@v1.3.2',
    'config/crds/bases/generators.external-secrets.io_passwords.yaml',
  ],
]

/** Location of the files of {@link writeSchemas}, in the form that kubeconform expects. */
export const LOCATION = '{{.ResourceKind}}-{{.ResourceAPIVersion}}.json'

type Schema = { readonly [member: string]: unknown }

interface Swagger {
  readonly definitions: Readonly<Record<string, Schema>>
}

interface Definition {
  readonly spec: {
    readonly names: { readonly kind: string }
    readonly versions: readonly {
      readonly name: string
      readonly schema: { openAPIV3Schema: Schema }
    }[]
  }
}

/**
 * Writes one JSON schema per kind and version, from the sources of the projects that define them.
 * Unknown fields are refused. Returns what is missing, or `null` if all are there.
 */
export async function writeSchemas(folder: string): Promise<string | null> {
  await mkdir(folder, { recursive: true })
  const kubernetes = await moduleFolder(KUBERNETES)
  if (kubernetes === null) return `go mod download ${KUBERNETES}`
  const swagger = JSON.parse(
    await readFile(join(kubernetes, 'api/openapi-spec/swagger.json'), 'utf8'),
  ) as Swagger
  for (const [name, schema] of Object.entries(swagger.definitions)) {
    for (const { kind, version } of kindsOf(schema)) {
      const text = JSON.stringify({
        ...strict({ $ref: `#/definitions/${name}` }),
        definitions: reachable(swagger, name),
      })
      await writeFile(join(folder, `${kind.toLowerCase()}-${version}.json`), text)
    }
  }
  for (const [module, file] of CUSTOM) {
    const source = await moduleFolder(module)
    if (source === null) return `go mod download ${module}`
    const { spec } = load(await readFile(join(source, file), 'utf8')) as Definition
    for (const { name, schema } of spec.versions) {
      const path = join(folder, `${spec.names.kind.toLowerCase()}-${name}.json`)
      await writeFile(path, JSON.stringify(strict(schema.openAPIV3Schema)))
    }
  }
  return null
}

/** Kinds of stores have one group each. For other kinds the last one wins, which has no effect. */
function kindsOf(schema: Schema): { kind: string; version: string }[] {
  const kinds = (schema['x-kubernetes-group-version-kind'] ?? []) as {
    kind: string
    version: string
    group: string
  }[]
  return kinds.filter(({ group }) => GROUPS.includes(group))
}

const GROUPS = [
  '',
  'apps',
  'autoscaling',
  'batch',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
]

/** Definitions reachable from `name`, including itself. */
function reachable({ definitions }: Swagger, name: string): Schema {
  const found = new Map<string, unknown>()
  const open = [name]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue
    const text = JSON.stringify(strict(definitions[next] ?? {}))
    found.set(next, JSON.parse(text))
    for (const [, other = ''] of text.matchAll(/"#\/definitions\/([^"]+)"/g)) open.push(other)
  }
  return Object.fromEntries(found)
}

/**
 * Converts Kubernetes' additions to plain JSON schema. Objects with named members allow no others.
 */
function strict(schema: Schema): Schema {
  if (schema['x-kubernetes-int-or-string'] === true || schema['format'] === 'int-or-string') {
    return { anyOf: [{ type: 'integer' }, { type: 'string' }] }
  }
  const { properties, ...others } = schema as Schema & { properties?: object }
  const members = Object.entries(others).map(([key, value]) => [key, nested(value)])
  if (properties === undefined) return Object.fromEntries(members) as Schema
  const known = Object.entries(properties).map(([key, value]) => [key, strict(value as Schema)])
  return {
    ...(schema['x-kubernetes-preserve-unknown-fields'] === true
      ? {}
      : { additionalProperties: false }),
    ...(Object.fromEntries(members) as Schema),
    properties: Object.fromEntries(known) as Schema,
  }
}

function nested(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nested)
  return value !== null && typeof value === 'object' ? strict(value as Schema) : value
}
