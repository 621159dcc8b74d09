/** A browser without scripts: keeps cookies by host and follows redirects. */
export interface TestBrowser {
  /** Cookies by name, of the host of this URL. */
  cookies(url: string): ReadonlyMap<string, string>
  /** Sets a cookie by hand, as a thief would. */
  put(url: string, name: string, value: string): void
  request(url: string, init?: RequestInit): Promise<Response>
  /** Opens a page and follows redirects. The response is the last one. */
  open(url: string, init?: RequestInit): Promise<Response>
}

const MOST_REDIRECTS = 20

export function testBrowser(): TestBrowser {
  /** Browsers keep cookies by host without the port; each test host has a name of its own. */
  const jars = new Map<string, Map<string, string>>()
  const jarOf = (url: string) => {
    const { hostname } = new URL(url)
    const jar = jars.get(hostname) ?? new Map<string, string>()
    jars.set(hostname, jar)
    return jar
  }
  const browser: TestBrowser = {
    cookies: jarOf,
    put: (url, name, value) => void jarOf(url).set(name, value),
    async request(url, init = {}) {
      const jar = jarOf(url)
      const headers = new Headers(init.headers)
      const cookie = Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ')
      if (cookie !== '') headers.set('Cookie', cookie)
      const response = await fetch(url, { redirect: 'manual', ...init, headers })
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (value === '' || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name)
        else jar.set(name, value)
      }
      return response
    },
    open: (url, init) => openWith(browser, url, init),
  }
  return browser
}

async function openWith(browser: TestBrowser, url: string, init?: RequestInit): Promise<Response> {
  let at = url
  let response = await browser.request(at, { ...init, headers: PAGE })
  for (let n = 0; n < MOST_REDIRECTS && response.headers.has('Location'); n += 1) {
    await response.body?.cancel()
    at = new URL(response.headers.get('Location') ?? '', at).href
    response = await browser.request(at, { headers: PAGE })
  }
  Object.defineProperty(response, 'url', { value: at })
  return response
}

const PAGE = { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded' }

/** Types the login of a person at the provider, and agrees. Returns the page that follows. */
export async function signIn(browser: TestBrowser, url: string, login: string): Promise<Response> {
  let page = await browser.open(url)
  for (let step = 0; step < 4 && page.url.includes('/interaction/'); step += 1) {
    const text = await page.text()
    const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1] ?? ''
    const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1] ?? ''
    const body = new URLSearchParams({ prompt, login, password: 'x' })
    page = await browser.open(new URL(action, page.url).href, { method: 'POST', body })
  }
  return page
}

/** Allows a device to sign in as a person, or cancels it without a login. Returns the text of the last page. */
export async function allowDevice(
  browser: TestBrowser,
  url: string,
  login: string | null,
): Promise<string> {
  let page = await browser.open(url)
  let text = await page.text()
  for (let step = 0; step < 8 && text.includes('<form'); step += 1) {
    const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1] ?? ''
    const inputs = text.matchAll(/<input[^>]* name="(\w+)"(?: value="([^"]*)")?/g)
    const body = new URLSearchParams(
      Array.from(inputs, ([, name = '', value = '']) => [name, value]),
    )
    if (body.has('login') && login !== null) body.set('login', login)
    if (text.includes('name="abort"') && login === null) body.set('abort', 'yes')
    page = await browser.open(new URL(action, page.url).href, { method: 'POST', body })
    text = await page.text()
  }
  return text
}

/**
 * Signs in until the provider sends the browser to `stop`.
 * @returns that address, which was not requested
 */
export async function untilRedirect(
  browser: TestBrowser,
  url: string,
  login: string,
  stop: string,
): Promise<string> {
  let found = ''
  const stopping: TestBrowser = {
    ...browser,
    async request(at, init) {
      if (!at.startsWith(stop)) return browser.request(at, init)
      found = at
      return new Response('')
    },
    open: (at, init) => openWith(stopping, at, init),
  }
  await signIn(stopping, url, login)
  return found
}
