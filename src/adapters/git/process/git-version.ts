import { readFile } from 'node:fs/promises'
import { processEnvironment } from './environment.ts'
import { runGit } from './plumbing.ts'

/** What the installed git is good for. `why` is a sentence for people. */
export type GitVerdict =
  | { readonly is: 'fit'; readonly version: string }
  /** It works; known holes are open in it. */
  | { readonly is: 'unpatched'; readonly version: string; readonly why: string }
  /** It lacks a command that we need, or there is none. */
  | { readonly is: 'unusable'; readonly version: string | null; readonly why: string }

/** `cat-file --batch-command` came with 2.36 (git release notes). */
const USABLE = [2, 36, 0] as const
/**
 * First release of each line without CVE-2025-48384 and what came before it (git release notes 2.50.1). Lines that are
 * not listed got no fix, lines after the last one are born with it.
 */
const FIXED: Readonly<Record<number, number>> = {
  ...{ 43: 7, 44: 4, 45: 4, 46: 4, 47: 3, 48: 2, 49: 1, 50: 1 },
}
const LAST_LINE = 50
/** Debian 12 carries the fixes back under the old number (DSA of 2025, git 1:2.39.5-0+deb12u3). */
const DEBIAN_12 = { version: '2.39.5', update: 3 } as const

/**
 * @param said what `git version` prints
 * @param debianRevision version of the Debian package, such as `1:2.39.5-0+deb12u3`; `null`: not from one
 */
export function judgeGit(said: string, debianRevision: string | null): GitVerdict {
  const found = /^git version (\d+)\.(\d+)\.(\d+)/.exec(said)
  if (found === null) {
    return { is: 'unusable', version: null, why: 'git is not installed or does not answer' }
  }
  const [major = 0, minor = 0, patch = 0] = found.slice(1).map(Number)
  const version = `${major}.${minor}.${patch}`
  if (isBelow([major, minor, patch], USABLE)) {
    return { is: 'unusable', version, why: `git ${version} is too old, 2.36 is needed at least` }
  }
  const fixedPatch = FIXED[minor]
  const upstream =
    major > 2 || minor > LAST_LINE || (fixedPatch !== undefined && patch >= fixedPatch)
  if (upstream || isFixedDebian(version, debianRevision)) return { is: 'fit', version }
  const why = `git ${version} has known security holes (CVE-2025-48384 and others); use 2.43.7, 2.50.1 or newer, or a patched package of your distribution`
  return { is: 'unpatched', version, why }
}

function isBelow(version: readonly number[], floor: readonly number[]): boolean {
  const at = floor.findIndex((part, n) => part !== version[n])
  return at >= 0 && (version[at] ?? 0) < (floor[at] ?? 0)
}

function isFixedDebian(version: string, revision: string | null): boolean {
  const update = /\+deb12u(\d+)$/.exec(revision ?? '')?.[1]
  return version === DEBIAN_12.version && Number(update ?? 0) >= DEBIAN_12.update
}

/** Looks at the git on the PATH. Never rejects. */
export async function installedGit(directory: string): Promise<GitVerdict> {
  const profile = { directory, environment: processEnvironment(), branch: 'main' }
  const { stdout } = await runGit(profile, ['version'], { timeoutMs: 10_000 })
  return judgeGit(stdout.toString('utf8'), await debianRevision())
}

/** `git version` leaves the revision of the package out. Source: dpkg-query(1), the status file. */
async function debianRevision(): Promise<string | null> {
  const status = await readFile('/var/lib/dpkg/status', 'utf8').catch(() => '')
  return /^Package: git\n(?:.+\n)*?Version: (\S+)$/m.exec(status)?.[1] ?? null
}
