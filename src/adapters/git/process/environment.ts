/** Where the stores repo lives. */
export type Remote =
  /** Bare repository on this disk, `path` absolute. */
  | { readonly kind: 'embedded'; readonly path: string }
  /** `url` is https, or http on a loopback address; user, password and query are refused. */
  | {
      readonly kind: 'https'
      readonly url: string
      readonly username: string
      readonly token?: string
      /** Reads the token again, once it is refused: it may have been replaced. @default never */
      readonly refreshToken?: () => Promise<string>
      /** PEM bundle that replaces the system's, absolute. */
      readonly caFile?: string
    }
  /** `url` as `ssh://git@host/path` or `git@host:path`; files absolute. */
  | {
      readonly kind: 'ssh'
      readonly url: string
      readonly keyFile: string
      readonly knownHostsFile: string
    }

/** Guarded names that simple-git removes or refuses unless they are listed. */
export const ALLOWED_ENVIRONMENT = [
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_DIR',
  'GIT_TERMINAL_PROMPT',
  'GIT_OPTIONAL_LOCKS',
] as const

/** Variables of every git process: built from nothing, so nothing of ours or the user's leaks in. */
export function processEnvironment(): Record<string, string> {
  return {
    // The one value taken from outside: where the git program is.
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    // Exists nowhere: no dot file of anyone is read.
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
  }
}

/** Variables of a process that works on the cache at `gitDirectory`, the token included. */
export function cacheEnvironment(remote: Remote, gitDirectory: string): Record<string, string> {
  return {
    ...processEnvironment(),
    // Named outright: a damaged cache must never make git look for a repository in a parent folder.
    GIT_DIR: gitDirectory,
    ...authorizationOf(remote),
  }
}

/** Global options before the command: the token by name of its variable, never by value. */
export function authOptions(remote: Remote): readonly string[] {
  return 'STORES_REPO_AUTH' in authorizationOf(remote)
    ? ['--config-env=http.extraHeader=STORES_REPO_AUTH']
    : []
}

/** The variable that carries the credential, if there is one. */
export function authorizationOf(remote: Remote): { readonly STORES_REPO_AUTH?: string } {
  if (remote.kind !== 'https' || remote.token === undefined) return {}
  const pair = Buffer.from(`${remote.username}:${remote.token}`, 'utf8').toString('base64')
  return { STORES_REPO_AUTH: `Authorization: Basic ${pair}` }
}
