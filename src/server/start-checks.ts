import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { type GitVerdict, installedGit } from '../adapters/git/process/git-version.ts'
import { tryToSign } from '../adapters/git/process/signing.ts'
import { hasAuthentication } from './config-checks.ts'
import { laterProblemsOf } from './config-rules.ts'
import type { Config, ConfigResult } from './config.ts'
import { dataDirProblem, scratchFolder } from './data-dir.ts'
import { openNotBefore } from './not-before.ts'
import { storedKeysProblem } from './provenance-keys.ts'
import { argoCdAccess, chooseSource } from './status-source.ts'
import { signingOf } from './stores-remote.ts'
import { readTls } from './tls-files.ts'
import { readTokens } from './token-file.ts'

/**
 * Everything that stops a start with this configuration: the problems of the settings, and those of
 * the files, programs and sources of status that they name. `--check-config` and the start both
 * report these. Changes nothing. What is left to the start itself is whether an address is free and
 * the stores repo can be read.
 * @param git returns the verdict on the installed git
 */
export async function startProblems(
  result: ConfigResult,
  git: () => Promise<GitVerdict> = () => installedGit(tmpdir()),
): Promise<readonly string[]> {
  const config = result.config ?? result.draft
  const unread = result.config === null ? result.unread : new Set<string>()
  const gitRule = async ({ env }: Config) => gitProblems(await git(), env)
  return [...result.problems, ...(await laterProblemsOf([...RULES, gitRule], config, unread))]
}

const RULES: readonly ((read: Config) => Promise<readonly string[]>)[] = [
  async (read) => {
    const problem = await dataDirProblem(read.dataDir)
    if (problem !== null || !hasAuthentication(read)) return listOf(problem)
    return thrown(openNotBefore(read.dataDir, CLOCK), 'DATA_DIR: ')
  },
  ({ tokensFile }) =>
    tokensFile === null ? nothing() : thrown(readTokens(tokensFile), 'TOKENS_FILE: '),
  async (read) => listOf(await storedKeysProblem(read), 'DATA_DIR: '),
  (read) => thrown(readTls(read)),
  (read) => {
    const { argocdUrl, argocdToken } = read
    return argocdUrl === null || argocdToken === null ? nothing() : thrown(argoCdAccess(read))
  },
  // `auto` falls back to a simulated status, except in production.
  (read) =>
    read.env === 'dev' && read.statusSource === 'auto' ? nothing() : thrown(chooseSource(read)),
  async (read) => {
    const { signing } = signingOf(read)
    if (signing === undefined) return []
    const dataDir = resolve(read.dataDir)
    const attempt = async () => tryToSign(dataDir, await scratchFolder(dataDir), signing)
    return thrown(attempt(), 'GIT_SIGNING: ')
  },
  ({ storesRepoUrl, gitCaFile }) =>
    storesRepoUrl?.startsWith('https:') === true ? readable({ GIT_CA_FILE: gitCaFile }) : nothing(),
  ({ storesRepoUrl, gitSshKeyFile, gitKnownHostsFile }) =>
    storesRepoUrl?.startsWith('ssh:') === true
      ? readable({ GIT_SSH_KEY_FILE: gitSshKeyFile, GIT_KNOWN_HOSTS_FILE: gitKnownHostsFile })
      : nothing(),
]

/** Opening the file of ended sessions needs no time of day. */
const CLOCK = { now: () => 0 }

function gitProblems(git: GitVerdict, env: Config['env']): readonly string[] {
  if (git.is === 'unusable') return [git.why]
  return git.is === 'unpatched' && env === 'production' ? [`ENV=production: ${git.why}`] : []
}

async function readable(files: Readonly<Record<string, string | null>>) {
  const problems: string[] = []
  for (const [name, path] of Object.entries(files)) {
    if (path === null) continue
    const isReadable = await access(path, constants.R_OK).then(
      () => true,
      () => false,
    )
    if (!isReadable) problems.push(`${name}: ${path} cannot be read`)
  }
  return problems
}

/** The message of a rejection. */
async function thrown(attempt: Promise<unknown>, prefix = ''): Promise<readonly string[]> {
  try {
    await attempt
    return []
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return [message.startsWith('DATA_DIR: ') ? message : `${prefix}${message}`]
  }
}

function listOf(problem: string | null, prefix = ''): readonly string[] {
  return problem === null ? [] : [`${prefix}${problem}`]
}

async function nothing(): Promise<readonly string[]> {
  return []
}
