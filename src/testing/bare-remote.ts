import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TEMPLATE_PLATFORM = new URL('../../gitops-repo-template/platform.yaml', import.meta.url)

const environment = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
}

/** Files of one commit: text by path, or `null` to remove a file or folder. */
export type Files = Readonly<Record<string, string | null>>

/** A real bare repository in its own directory, with platform.yaml on `main`. */
export interface BareRemote {
  /** Absolute path. */
  readonly path: string
  /** A directory for the caches of this test. Removed together with the remote. */
  readonly scratch: string
  /** Runs git in the repository. Rejects on a non-zero exit code. */
  git(words: readonly string[], input?: string | Uint8Array): Promise<string>
  /** Commits to `main` without trailers, as a person would. Returns the commit id. */
  commit(files: Files, message?: string): Promise<string>
  head(): Promise<string>
  /** Installs a shell script as a hook. */
  hook(name: 'pre-receive' | 'update', script: string): Promise<void>
  remove(): Promise<void>
}

export interface BareRemoteOptions {
  readonly objectFormat?: 'sha1' | 'sha256'
  /** @default platform.yaml of the template */
  readonly platform?: string
}

const MOST_ATTEMPTS = 20

export async function createBareRemote(options: BareRemoteOptions = {}): Promise<BareRemote> {
  const scratch = await mkdtemp(join(tmpdir(), 'storewright-remote-'))
  const path = join(scratch, 'stores.git')
  const format = `--object-format=${options.objectFormat ?? 'sha1'}`
  await runIn(scratch, ['init', '-q', '--bare', '-b', 'main', '--template=', format, path])
  const remote = openBareRemote(path, scratch)
  for (const [key, value] of [
    ['receive.unpackLimit', '1'],
    ['receive.autogc', 'false'],
    ['http.receivepack', 'true'],
    ['gc.auto', '0'],
  ] as const) {
    await remote.git(['config', key, value])
  }
  const platform = options.platform ?? (await readFile(TEMPLATE_PLATFORM, 'utf8'))
  await remote.commit({ 'platform.yaml': platform, 'stores/.gitkeep': '' }, 'begin')
  return remote
}

/**
 * Opens an existing bare repository.
 * @param scratch removed together with it
 */
export function openBareRemote(path: string, scratch: string): BareRemote {
  const git = (words: readonly string[], input: string | Uint8Array = '') =>
    runIn(path, words, input)
  const remote: BareRemote = {
    path,
    scratch,
    git,
    head: async () => (await git(['rev-parse', 'refs/heads/main'])).trim(),
    async commit(files, message = 'edit by hand') {
      for (let attempt = 1; ; attempt += 1) {
        const parent = await git(['rev-parse', '-q', '--verify', 'refs/heads/main']).catch(() => '')
        try {
          await git(['fast-import', '--quiet', '--done'], stream(files, message, parent.trim()))
          return await remote.head()
        } catch (error) {
          // Another push came first. Read the new head and try again.
          const lost = /Not updating refs|cannot lock ref/.test(String(error))
          if (!lost || attempt === MOST_ATTEMPTS) throw error
        }
      }
    },
    async hook(name, script) {
      await mkdir(join(path, 'hooks'), { recursive: true })
      const file = join(path, 'hooks', name)
      await writeFile(file, `#!/bin/sh\n${script}\n`)
      await chmod(file, 0o755)
    },
    remove: () => rm(scratch, { recursive: true, force: true }),
  }
  return remote
}

function stream(files: Files, message: string, parent: string): string {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
  const now = Math.floor(Date.now() / 1000)
  const rows = Object.entries(files).map(([path, text]) =>
    text === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(text)}`,
  )
  const from = parent === '' ? '' : `from ${parent}\n`
  const person = `committer Grace Example <grace@example.com> ${now} +0000\n`
  return `commit refs/heads/main\n${person}${data(message)}${from}${rows.join('')}done\n`
}

async function runIn(
  directory: string,
  words: readonly string[],
  input: string | Uint8Array = '',
): Promise<string> {
  const child = spawn('git', words, { cwd: directory, env: environment })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code === 0) return Buffer.concat(stdout).toString('utf8')
  throw new Error(`git ${words[0]} exited with ${code}: ${Buffer.concat(stderr).toString('utf8')}`)
}

/** The remote, served by git's own smart HTTP program on a free port of 127.0.0.1. */
export interface ServedRemote {
  readonly url: string
  readonly port: number
  /** Number of requests so far, by the end of the path. */
  readonly seen: { readonly pushes: number; readonly fetches: number }
  /**
   * Called before each request reaches git. `true` means that it handled or dropped the request.
   */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | null
  /** If true, pushes reach the repository but their connection is closed without a response. */
  loseAnswers: boolean
  /** `user:password` required of every request. `null` disables the check. */
  credential: string | null
  close(): Promise<void>
}

/** Serves `path` with `git http-backend` and allows pushes. Source: git-http-backend(1). */
export async function serveBareRemote(path: string, port = 0): Promise<ServedRemote> {
  const seen = { pushes: 0, fetches: 0 }
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  const served: ServedRemote = {
    url: `http://127.0.0.1:${address.port}/stores.git`,
    port: address.port,
    seen,
    intercept: null,
    loseAnswers: false,
    credential: null,
    close: () => closeServer(server),
  }
  server.on('request', (request, response) => {
    if (served.intercept?.(request, response) === true) return
    if (!allowed(request, served.credential)) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="stores"' }).end()
      return
    }
    if (request.url?.endsWith('/git-receive-pack') === true) seen.pushes += 1
    if (request.url?.endsWith('/git-upload-pack') === true) seen.fetches += 1
    backend(path, request, response, served.loseAnswers)
  })
  return served
}

function allowed(request: IncomingMessage, credential: string | null): boolean {
  if (credential === null) return true
  const wanted = `Basic ${Buffer.from(credential, 'utf8').toString('base64')}`
  return request.headers.authorization === wanted
}

/** One CGI call in its own process group, which ends with the request. */
function backend(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  loseAnswer: boolean,
): void {
  const [route = '', query = ''] = (request.url ?? '').split('?')
  const child = spawn('git', ['http-backend'], {
    detached: true,
    env: {
      ...environment,
      GIT_PROJECT_ROOT: path,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: route.replace('/stores.git', ''),
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? 'GET',
      REMOTE_USER: 'writer',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      ...header('HTTP_CONTENT_ENCODING', request.headers['content-encoding']),
      ...header('CONTENT_LENGTH', request.headers['content-length']),
      ...header('GIT_PROTOCOL', request.headers['git-protocol']),
    },
  })
  child.stdin.on('error', () => {})
  child.stderr.resume()
  request.pipe(child.stdin)
  // http-backend 2.39 waits forever for the rest of a body that ends early.
  request.on('close', () => {
    if (!request.readableEnded && child.pid !== undefined) endGroup(child.pid)
  })
  const lose = loseAnswer && route.endsWith('/git-receive-pack')
  if (lose) {
    child.stdout.resume()
    child.on('close', () => request.socket.destroy())
    return
  }
  answer(child.stdout, response)
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has already ended.
  }
}

function header(name: string, value: string | string[] | undefined): Record<string, string> {
  return typeof value === 'string' ? { [name]: value } : {}
}

/** Splits CGI output: header lines, an empty line, the body. */
function answer(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head = Buffer.alloc(0)
  let started = false
  output.on('data', (chunk: Buffer) => {
    if (started) {
      response.write(chunk)
      return
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    started = true
    const lines = head.toString('latin1', 0, end).split('\r\n')
    const fields = lines.map((line) => line.split(': ', 2) as [string, string])
    const status = fields.find(([name]) => name === 'Status')?.[1] ?? '200'
    const headers = fields.filter(([name]) => name !== 'Status')
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers))
    response.write(head.subarray(end + 4))
  })
  output.on('end', () => {
    if (!started) response.writeHead(500)
    response.end()
  })
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
