import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { processEnvironment } from './environment.ts'
import { type GitExit, runProgram } from './plumbing.ts'

/** How commits are signed and which keys are trusted. */
export interface SigningOptions {
  readonly format: 'ssh' | 'gpg'
  /**
   * Private key without a passphrase, in OpenSSH format or as exported by `gpg
   * --export-secret-keys`. Absolute.
   */
  readonly keyFile: string
  /**
   * Other trusted keys: an allowed signers file of ssh-keygen(1), or public gpg keys. Absolute.
   * @default none
   */
  readonly trustedFile?: string
}

/** Settings with which git signs and verifies. */
export interface Signing {
  readonly format: SigningOptions['format']
  /** Sections of the cache's git config. */
  readonly config: readonly (readonly [string, Readonly<Record<string, string>>])[]
  readonly environment: Readonly<Record<string, string>>
  /** Digest of the trusted keys. Cached verdicts are valid while it is unchanged. */
  readonly trust: string
  /** Cache file of verdicts, absolute. */
  readonly verdictsFile: string
  /** Stops the gpg agent and removes the copy of the key. */
  close(): Promise<void>
}

const RUN_MS = 20_000
/**
 * sun_path of unix(7) is 108 bytes, and gpg creates the socket `S.gpg-agent.extra` beside its keys.
 */
const MAX_HOME = 90

/**
 * Prepares `<dataDir>/signing`, which only this user can open. The key is copied there, because a
 * mounted key often has a mode that ssh-keygen refuses.
 * @throws Error names the file or program that cannot be used
 */
export async function openSigning(dataDir: string, options: SigningOptions): Promise<Signing> {
  const folder = join(dataDir, 'signing')
  await rm(join(folder, 'keys'), { recursive: true, force: true })
  await mkdir(join(folder, 'keys'), { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const trusted = options.trustedFile === undefined ? '' : await textOf(options.trustedFile)
  const parts = { folder, keys: join(folder, 'keys'), trusted }
  return options.format === 'ssh' ? openSsh(parts, options) : openGpg(parts, options)
}

interface Parts {
  readonly folder: string
  readonly keys: string
  readonly trusted: string
}

async function openSsh({ folder, keys, trusted }: Parts, options: SigningOptions) {
  const key = join(keys, 'key')
  await textOf(options.keyFile)
  await copyFile(options.keyFile, key)
  await chmod(key, 0o600)
  const words = ['-y', '-P', '', '-f', key]
  const shown = await runProgram('ssh-keygen', words, processEnvironment(), { timeoutMs: RUN_MS })
  if (shown.exitCode !== 0) throw unusable(options.keyFile, 'ssh-keygen', shown)
  const [type = '', body = ''] = shown.stdout.toString('utf8').trim().split(' ')
  const signers = `storewright namespaces="git" ${type} ${body}\n${trusted}`
  const signersFile = join(keys, 'allowed-signers')
  await writeFile(signersFile, signers)
  return {
    format: 'ssh' as const,
    config: [
      ['gpg', { format: 'ssh' }],
      ['gpg "ssh"', { allowedSignersFile: signersFile }],
      ['user', { signingKey: key }],
    ] as const,
    environment: { TMPDIR: keys },
    trust: digestOf(signers),
    verdictsFile: join(folder, 'verdicts'),
    close: () => rm(keys, { recursive: true, force: true }),
  }
}

/**
 * Does what {@link openSigning} does, in a new folder inside `scratch`, which is removed again.
 * @throws Error as {@link openSigning}
 */
export async function tryToSign(
  dataDir: string,
  scratch: string,
  options: SigningOptions,
): Promise<void> {
  const problem = options.format === 'gpg' ? gpgHomeProblem(join(dataDir, 'signing', 'keys')) : null
  if (problem !== null) throw new Error(problem)
  const folder = await mkdtemp(join(scratch, 'storewright-'))
  try {
    await (await openSigning(folder, options)).close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function gpgHomeProblem(keys: string): string | null {
  return keys.length > MAX_HOME
    ? `DATA_DIR: choose a shorter path; ${keys}, where gpg creates sockets, exceeds ${MAX_HOME} characters`
    : null
}

async function openGpg({ folder, keys, trusted }: Parts, options: SigningOptions) {
  const problem = gpgHomeProblem(keys)
  if (problem !== null) throw new Error(problem)
  const environment = { ...processEnvironment(), GNUPGHOME: keys }
  // Every key in this keyring comes from the configuration, so it is trusted (gpg(1),
  // --trust-model).
  await writeFile(join(keys, 'gpg.conf'), 'trust-model always\nbatch\nno-tty\n')
  const gpg = (words: readonly string[], input = '') =>
    runProgram('gpg', words, environment, { timeoutMs: RUN_MS, input })
  const secret = await textOf(options.keyFile)
  for (const [file, text] of [
    [options.keyFile, secret],
    [options.trustedFile ?? '', trusted],
  ] as const) {
    if (text === '') continue
    const imported = await gpg(['--import'], text)
    if (imported.exitCode !== 0) throw unusable(file, 'gpg', imported)
  }
  const listed = await gpg(['--list-secret-keys', '--with-colons'])
  const fingerprint = /^fpr:+([0-9A-F]{40,64}):/m.exec(listed.stdout.toString('utf8'))?.[1]
  if (fingerprint === undefined) throw unusable(options.keyFile, 'gpg', listed)
  return {
    format: 'gpg' as const,
    config: [
      ['gpg', { format: 'openpgp' }],
      ['user', { signingKey: fingerprint }],
    ] as const,
    environment: { GNUPGHOME: keys, TMPDIR: keys },
    trust: digestOf(`${fingerprint}\n${trusted}`),
    verdictsFile: join(folder, 'verdicts'),
    async close() {
      await runProgram('gpgconf', ['--kill', 'all'], environment, { timeoutMs: RUN_MS })
      await rm(keys, { recursive: true, force: true })
    },
  }
}

async function textOf(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) throw new Error(`${path} cannot be read, but commits are signed with it`)
  return text
}

function unusable(file: string, program: string, { stderr }: GitExit): Error {
  const why = stderr.trim().split('\n').at(-1) ?? ''
  return new Error(`${file} cannot be used to sign commits: ${program} says "${why.slice(0, 200)}"`)
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
