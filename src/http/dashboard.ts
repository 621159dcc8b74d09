import type { Context } from 'hono'
import { StoreError } from '../domain/errors.ts'
import type { AppEnv, StaticFile } from './env.ts'
import type { Router } from './router.ts'

const PAGE =
  /^\/(?:$|new\/?$|activity\/?$|operations\/[^/]+\/?$|stores\/?$|stores\/[^/]+\/?$|settings\/?$|sign-in\/?$)/
/** API paths. An unknown one returns a JSON problem, in a browser too. */
const PROGRAMS = /^\/(?:api|auth|git|assets)(?:\/|$)/
const DAY = 86_400

/**
 * Serves the built dashboard: its files, and index.html for each of its pages. If a browser
 * navigates to an unknown path, it gets index.html with status 404, and the dashboard shows its own
 * "not found" page. The dashboard handles query strings itself.
 */
export function dashboardRoutes(router: Router, files: ReadonlyMap<string, StaticFile>): void {
  const index = files.get('index.html')
  router.other('dashboard', { query: 'own', body: 'own' }, async (c, next) => {
    const { path } = c.req
    const file = files.get(path.slice(1))
    if (file !== undefined) return answer(c, file, 200)
    if (PAGE.test(path)) {
      if (index !== undefined) return answer(c, index, 200)
      throw new StoreError('route_not_found', 'the dashboard was not built', {
        hint: 'Run npm run build -w dashboard, then start again.',
      })
    }
    if (index === undefined || PROGRAMS.test(path) || !wantsPage(c)) return next()
    c.header('Vary', 'Accept')
    return answer(c, index, 404)
  })
}

function answer(c: Context<AppEnv>, file: StaticFile, status: 200 | 404): Response {
  return c.body(file.bytes, status, {
    'Content-Type': file.contentType,
    'Cache-Control': file.immutable ? `public, max-age=${365 * DAY}, immutable` : 'no-cache',
  })
}

/**
 * Browser navigation accepts `text/html`. `curl`, `fetch` and most other clients accept any type or
 * JSON.
 */
function wantsPage(c: Context<AppEnv>): boolean {
  return /\btext\/html\b/i.test(c.req.header('Accept') ?? '')
}
