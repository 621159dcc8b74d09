import { expect } from 'vitest'
import { exchange, type Reply, type Site } from './web.ts'

/** A minimal browser without rendering. It keeps cookies and follows redirects within one shop. */
export interface Browser {
  /** Opens a page and follows redirects. */
  open(path: string): Promise<Reply>
  submit(path: string, fields: Readonly<Record<string, string>>): Promise<Reply>
}

export function browse(site: Site): Browser {
  const cookies = new Map<string, string>()
  const ask = async (path: string, method: string, body: string | null, left: number) => {
    const reply = await exchange(site, path, {
      method,
      headers: {
        cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
        ...(body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body === null ? {} : { body }),
      timeoutMs: 60_000,
    })
    for (const line of [reply.headers['set-cookie'] ?? []].flat()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name !== undefined && value !== undefined) cookies.set(name, value)
    }
    const { location } = reply.headers
    if (reply.status < 300 || reply.status > 399 || location === undefined) return reply
    const next = new URL(String(location), `http://${site.host}${path}`)
    expect(next.host, 'no redirect leads out of the shop').toBe(site.host)
    expect(left, 'redirects end').toBeGreaterThan(0)
    return ask(next.pathname + next.search, 'GET', null, left - 1)
  }
  return {
    open: (path) => ask(path, 'GET', null, 10),
    submit: (path, fields) => ask(path, 'POST', new URLSearchParams(fields).toString(), 10),
  }
}

/** Submits the login form. Returns the first page of the dashboard. */
export async function logIn(site: Site, user: string, password: string): Promise<Browser> {
  const browser = browse(site)
  const form = await browser.open('/wp-login.php')
  expect([form.status, form.text.includes('id="loginform"')]).toEqual([200, true])
  const page = await browser.submit('/wp-login.php', {
    log: user,
    pwd: password,
    'wp-submit': 'Log In',
    testcookie: '1',
    redirect_to: `http://${site.host}/wp-admin/`,
  })
  expect([page.status, page.text.includes('id="wpadminbar"')]).toEqual([200, true])
  return browser
}
