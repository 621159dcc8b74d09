/** Location of the stores repo. */
export type Remote =
  /** Bare repository on this disk, `path` absolute. */
  | { readonly kind: 'embedded'; readonly path: string }
  /** `url` is https, or http on a loopback address; user, password and query are refused. */
  | {
      readonly kind: 'https'
      readonly url: string
      readonly username: string
      readonly token?: string
      /**
       * Reads the token again after the remote refused it, because it may have been rotated.
       * @default never
       */
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

/** Variables that simple-git removes or refuses unless they are listed. */
export const ALLOWED_ENVIRONMENT = [
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_DIR',
  'GIT_TERMINAL_PROMPT',
  'GIT_OPTIONAL_LOCKS',
] as const

/**
 * Environment of every git process, built from scratch so that no variable of this process or the
 * user leaks in.
 */
export function processEnvironment(): Record<string, string> {
  return {
    // The only inherited value, needed to find git.
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    // Does not exist, so no dot file is read.
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
  }
}

/** Environment of a git process that works on the cache at `gitDirectory`, including the token. */
export function cacheEnvironment(remote: Remote, gitDirectory: string): Record<string, string> {
  return {
    ...processEnvironment(),
    // Set explicitly, so that git does not search parent folders if the cache is damaged.
    GIT_DIR: gitDirectory,
    ...authorizationOf(remote),
  }
}

/**
 * Global options before the command. They name the variable of the token and never contain its
 * value.
 */
export function authOptions(remote: Remote): readonly string[] {
  return 'STORES_REPO_AUTH' in authorizationOf(remote)
    ? ['--config-env=http.extraHeader=STORES_REPO_AUTH']
    : []
}

/** The variable that holds the credential, if there is one. */
export function authorizationOf(remote: Remote): { readonly STORES_REPO_AUTH?: string } {
  if (remote.kind !== 'https' || remote.token === undefined) return {}
  const pair = Buffer.from(`${remote.username}:${remote.token}`, 'utf8').toString('base64')
  return { STORES_REPO_AUTH: `Authorization: Basic ${pair}` }
}
