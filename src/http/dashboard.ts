import { Hono } from 'hono'
import { StoreError } from '../domain/errors.ts'
import type { AppEnv, StaticFile } from './env.ts'

const PAGE = /^\/(?:$|new$|activity$|operations\/[^/]+$|stores(?:$|\/[^/]+$))/
const DAY = 86_400

/** The built dashboard: its files, and index.html for every page of it. */
export function dashboardRoutes(files: ReadonlyMap<string, StaticFile>) {
  const routes = new Hono<AppEnv>()
  routes.get('*', async (c, next) => {
    const { path } = c.req
    const file = files.get(path.slice(1)) ?? (PAGE.test(path) ? files.get('index.html') : undefined)
    if (file === undefined) {
      if (!PAGE.test(path)) return next()
      throw new StoreError('route_not_found', 'the dashboard was not built', {
        hint: 'Run npm run build -w dashboard, then start again.',
      })
    }
    return c.body(file.bytes, 200, {
      'Content-Type': file.contentType,
      'Cache-Control': file.immutable ? `public, max-age=${365 * DAY}, immutable` : 'no-cache',
    })
  })
  return routes
}
