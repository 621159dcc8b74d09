import { readFileSync } from 'node:fs'
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import { otherPaths, paths, permissions } from '../../src/contract/paths.ts'
import type { Problem } from '../../src/contract/problem.ts'
import type { AppEnv } from '../../src/http/env.ts'
import { NameParameter, operation, requireStrict } from '../../src/http/route.ts'
import { mountedBeside, openRouter } from '../../src/http/router.ts'
import { gitApp } from '../../src/server/git-listener.ts'
import { metricsApp } from '../../src/server/metrics-listener.ts'
import { memoryLog } from '../../src/testing/writes.ts'
import { httpFixture } from './fixture.ts'

const handled = (method: string, path: string) =>
  `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`

describe('the routes of the app', () => {
  it('S22 are all mounted by the router', () => {
    const { app } = httpFixture()
    expect(app.routes.length).toBeGreaterThan(40)
    expect(mountedBeside(app)).toEqual([])
  })

  it('S22 of the Git listener are a single one, mounted by the router', () => {
    const handle = async () => new Response('a pack')
    const app = gitApp({ handle }, 'x'.repeat(32), memoryLog())
    const routes = app.routes.map(({ method, path }) => handled(method, path))
    expect([...new Set(routes)]).toEqual(['ALL /git/stores.git/*'])
    expect(mountedBeside(app)).toEqual([])
  })

  it('S22 of the metrics listener are two, mounted by the router', () => {
    const scrape = async () => ({ contentType: 'text/plain', body: '' })
    const app = metricsApp(scrape, memoryLog(), () => 'id')
    const routes = app.routes.map(({ method, path }) => handled(method, path))
    expect([...new Set(routes)]).toEqual(['ALL /*', 'GET /metrics', 'GET /healthz'])
    expect(mountedBeside(app)).toEqual([])
  })

  it.each([
    ['a handler', (app: OpenAPIHono<AppEnv>) => app.get('/beside', (c) => c.text('open'))],
    ['middleware', (app: OpenAPIHono<AppEnv>) => app.use('/api/*', async (_c, next) => next())],
    [
      'an app',
      (app: OpenAPIHono<AppEnv>) =>
        app.route(
          '/',
          new OpenAPIHono<AppEnv>().get('/x', (c) => c.text('')),
        ),
    ],
  ])('S22 are reported if %s was mounted without the router', (_what, mount) => {
    const app = new OpenAPIHono<AppEnv>()
    openRouter(app)
    mount(app)
    expect(mountedBeside(app)).toHaveLength(1)
  })

  it('S22 have one row each with a permission', () => {
    const { app } = httpFixture()
    const rows = [...Object.values(paths), ...Object.values(otherPaths)]
    const mounted = new Set(app.routes.map(({ method, path }) => handled(method, path)))
    for (const [method, path] of rows) expect(mounted).toContain(handled(method, path))
    for (const [, path, permission] of rows) expect(permissions, path).toContain(permission)
    const stated = new Set(rows.map(([method, path]) => handled(method, path)))
    const middleware = 'ALL /*'
    expect([...mounted].filter((each) => !stated.has(each) && each !== middleware)).toEqual([])
  })

  it('S22 refuse a schema that accepts unknown keys', () => {
    const request = { params: NameParameter, query: z.object({ team: z.string().optional() }) }
    const loose = () => operation('getStore', { summary: 'x', request, responses: {} })
    expect(loose).toThrow('getStore: the schema must be a strict object')
    for (const schema of [z.object({}), z.looseObject({}), z.string()]) {
      expect(() => requireStrict('x', schema)).toThrow('strict')
    }
    expect(() => requireStrict('x', z.strictObject({}))).not.toThrow()
  })
})

describe('the body of an operation', () => {
  interface Schema {
    readonly type?: string
    readonly properties?: Readonly<Record<string, Schema>>
    readonly additionalProperties?: unknown
    readonly items?: Schema
    readonly anyOf?: readonly Schema[]
    readonly allOf?: readonly Schema[]
    readonly $ref?: string
  }
  const document = JSON.parse(
    readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'),
  ) as {
    paths: Record<
      string,
      Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>
    >
    components: { schemas: Record<string, Schema> }
  }

  /** Pointers of objects that declare members and accept others too. */
  function open(schema: Schema, at: string): string[] {
    if (schema.$ref !== undefined) {
      const id = schema.$ref.split('/').at(-1) ?? ''
      return open(document.components.schemas[id] ?? {}, id)
    }
    const below = [
      ...Object.entries(schema.properties ?? {}).flatMap(([key, each]) =>
        open(each, `${at}/${key}`),
      ),
      ...[...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap((each) => open(each, at)),
      ...(schema.items === undefined ? [] : open(schema.items, `${at}[]`)),
    ]
    const isOpen =
      schema.type === 'object' &&
      schema.properties !== undefined &&
      schema.additionalProperties !== false
    return isOpen ? [at, ...below] : below
  }

  it('P-1 accepts no undeclared members in openapi.json, at any depth', () => {
    const bodies = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.values(item).flatMap(({ requestBody }) =>
        Object.values(requestBody?.content ?? {}).map(({ schema }) => ({ path, schema })),
      ),
    )
    expect(bodies.length).toBeGreaterThan(10)
    for (const { path, schema } of bodies) expect(open(schema, path), path).toEqual([])
  })
})

describe('an undeclared method', () => {
  const POST_ONLY = Object.values(paths)
    .filter(([method]) => method === 'post')
    .map(([, path]) => path)
    .filter((path) => !['/api/v1/stores', '/api/stores'].includes(path))

  it.each(POST_ONLY)(
    'S22 GET %s is 405 with Allow, for any content type and body',
    async (path) => {
      const { get } = httpFixture()
      const filled = path.replace(/\{\w+\}/, 'shop')
      for (const headers of [
        {},
        { 'Content-Type': 'text/plain' },
        { 'Content-Length': '99999999' },
      ]) {
        const reply = await get(filled, headers)
        const { code } = (await reply.json()) as Problem
        expect([reply.status, code, reply.headers.get('Allow')]).toEqual([
          405,
          'method_not_allowed',
          'POST',
        ])
      }
    },
  )

  it('S22 is 405 before the body is checked', async () => {
    const { send } = httpFixture()
    const large = 'x'.repeat(70_000)
    const reply = await send('PUT', '/api/v1/stores/shop', { 'Content-Length': '70000' }, large)
    expect([reply.status, reply.headers.get('Allow')]).toEqual([405, 'DELETE, GET, PATCH'])
  })
})
