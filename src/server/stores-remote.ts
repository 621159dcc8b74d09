import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openLocalRemote } from '../adapters/git/served/local-remote.ts'
import { restoreFromCache } from '../adapters/git/served/restore.ts'
import type { Remote } from '../adapters/git/stores-repo.ts'
import type { Log } from '../domain/ports.ts'
import type { Config } from './config.ts'
import type { Settings } from './settings.ts'

/** Opens the repository that this process stores and serves itself. */
export async function openEmbedded(config: Config, log: Log) {
  const { path, packServer, hold, upkeep } = await openLocalRemote({
    dataDir: config.dataDir,
    branch: config.storesRepoBranch,
    baseDomain: config.baseDomain ?? '127-0-0-1.nip.io',
    log,
  })
  const remote: Remote = { kind: 'embedded', path }
  return { path, packServer, hold, upkeep, remote }
}

/**
 * Recreates a lost embedded repository from the cache.
 * @returns its head
 * @throws Error one sentence
 */
export async function restoreEmbedded(config: Config): Promise<string> {
  if (config.storesRepoUrl !== null) {
    throw new Error(
      '--restore-stores-repo: STORES_REPO_URL is set, so there is no embedded repository',
    )
  }
  return restoreFromCache({ dataDir: config.dataDir, branch: config.storesRepoBranch })
}

/** The repository in `STORES_REPO_URL` and how to reach it. */
export function remoteOf(config: Settings & Pick<Config, 'gitTokenFile'>): Remote {
  const url = config.storesRepoUrl ?? ''
  if (url.startsWith('ssh:')) {
    return {
      kind: 'ssh',
      url,
      keyFile: resolve(config.gitSshKeyFile ?? ''),
      knownHostsFile: resolve(config.gitKnownHostsFile ?? ''),
    }
  }
  return {
    kind: 'https',
    url,
    username: config.gitUsername,
    ...(config.gitToken === null ? {} : { token: config.gitToken }),
    ...refreshOf(config),
    ...(config.gitCaFile === null ? {} : { caFile: resolve(config.gitCaFile) }),
  }
}

/**
 * A mounted Secret is replaced in place, so a token file is read again when the token is refused.
 */
function refreshOf({ gitTokenFile }: Pick<Config, 'gitTokenFile'>) {
  if (gitTokenFile === null) return {}
  return { refreshToken: async () => (await readFile(gitTokenFile, 'utf8')).trim() }
}

/** Signing key and trusted keys for commits, if signing is configured. */
export function signingOf({ gitSigning, gitSigningKeyFile, gitTrustedKeysFile: trusted }: Config) {
  if (gitSigning === 'none' || gitSigningKeyFile === null) return {}
  const keyFile = resolve(gitSigningKeyFile)
  const others = trusted === null ? {} : { trustedFile: resolve(trusted) }
  return { signing: { format: gitSigning, keyFile, ...others } }
}
