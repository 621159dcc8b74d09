import type { Remote } from '../process/environment.ts'

type Section = readonly [string, Readonly<Record<string, string>>]

/**
 * `config` file of the cache with all hardening settings, because simple-git refuses several of
 * these keys as options.
 * Allows one remote and one protocol, no hook and no credential helper.
 * @param more sections for signing
 * @throws Error a value that a Git config file cannot hold, or a URL that is not allowed
 */
export function cacheConfig(
  remote: Remote,
  algorithm: 'sha1' | 'sha256',
  more: readonly Section[] = [],
): string {
  const sections: readonly Section[] = [
    [
      'core',
      {
        repositoryformatversion: algorithm === 'sha1' ? '0' : '1',
        bare: 'true',
        filemode: 'false',
        symlinks: 'false',
        hooksPath: '/dev/null',
        logAllRefUpdates: 'false',
        ...(remote.kind === 'ssh' ? { sshCommand: sshCommand(remote) } : {}),
      },
    ],
    ...(algorithm === 'sha1' ? [] : ([['extensions', { objectFormat: 'sha256' }]] as const)),
    ['protocol', { allow: 'never' }],
    [`protocol "${protocolOf(remote)}"`, { allow: 'always' }],
    ['remote "origin"', { url: urlOf(remote) }],
    ['credential', { helper: '' }],
    [
      'http',
      {
        followRedirects: 'false',
        lowSpeedLimit: '1024',
        lowSpeedTime: '15',
        // Sends one request with a Content-Length instead of a probe and chunks (git http-push,
        // remote-curl.c).
        postBuffer: '16777216',
        ...(remote.kind === 'https' && remote.caFile !== undefined
          ? { sslCAInfo: remote.caFile }
          : {}),
      },
    ],
    ['gc', { auto: '0' }],
    ['maintenance', { auto: 'false' }],
    ['fastimport', { unpackLimit: '1' }],
    ['transfer', { fsckObjects: 'true' }],
    ['fetch', { unpackLimit: '1', writeCommitGraph: 'false' }],
    ['pack', { threads: '2' }],
    ['push', { recurseSubmodules: 'no', gpgSign: 'false' }],
    ['submodule', { recurse: 'false' }],
    ...more,
  ]
  return sections.map(([name, keys]) => section(name, keys)).join('')
}

function section(name: string, keys: Readonly<Record<string, string>>): string {
  const lines = Object.entries(keys).map(([key, value]) => `\t${key} = ${quoted(value)}\n`)
  return `[${name}]\n${lines.join('')}`
}

function quoted(value: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what must not get in
  if (/[\u0000-\u001f\u007f]/.test(value))
    throw new Error('a Git config value contains a control character')
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function protocolOf(remote: Remote): 'file' | 'https' | 'http' | 'ssh' {
  if (remote.kind === 'embedded') return 'file'
  if (remote.kind === 'ssh') return 'ssh'
  return new URL(remote.url).protocol === 'http:' ? 'http' : 'https'
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

function urlOf(remote: Remote): string {
  if (remote.kind === 'embedded') return remote.path
  if (remote.kind === 'ssh') {
    if (!/^(?:ssh:\/\/)?[A-Za-z0-9_][A-Za-z0-9@._:/~-]*$/.test(remote.url)) {
      throw new Error('the URL of the stores repository is not a valid ssh URL')
    }
    return remote.url
  }
  const url = new URL(remote.url)
  const allowed =
    url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))
  if (!allowed) {
    throw new Error(
      'the URL of the stores repository must be https; http is for loopback hosts only',
    )
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new Error('the URL of the stores repository must not contain a user, password or query')
  }
  return url.href
}

function sshCommand(remote: Extract<Remote, { kind: 'ssh' }>): string {
  const options = [
    ...['-F', '/dev/null', '-i', shellWord(remote.keyFile)],
    ...['-o', `UserKnownHostsFile=${shellWord(remote.knownHostsFile)}`],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'],
    ...['-o', 'ConnectTimeout=5', '-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3'],
  ]
  return ['ssh', ...options].join(' ')
}

/** Git runs `core.sshCommand` in a shell, so paths must not contain shell syntax. */
function shellWord(path: string): string {
  if (!/^\/[A-Za-z0-9._/@+-]+$/.test(path)) {
    throw new Error('paths of ssh files must be absolute and plain: letters, digits, . _ / @ + -')
  }
  return path
}
