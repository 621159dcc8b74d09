import { readFile } from 'node:fs/promises'
import { processEnvironment } from './environment.ts'
import { runGit } from './git.ts'

/** Verdict on the installed git. `why` is a sentence for people. */
export type GitVerdict =
  | { readonly is: 'fit'; readonly version: string }
  /** Usable, with known security holes. */
  | { readonly is: 'unpatched'; readonly version: string; readonly why: string }
  /** Not installed, or too old for a command that Storewright needs. */
  | { readonly is: 'unusable'; readonly version: string | null; readonly why: string }

/** `cat-file --batch-command` came with 2.36 (git release notes). */
const USABLE = [2, 36, 0] as const
/**
 * First release of each minor version that fixes CVE-2025-48384 and earlier ones (git release notes
 * 2.50.1). Minor versions not listed got no fix; those after {@link LAST_LINE} contain it from the
 * start.
 */
const FIXED: Readonly<Record<number, number>> = {
  43: 7,
  44: 4,
  45: 4,
  46: 4,
  47: 3,
  48: 2,
  49: 1,
  50: 1,
}
const LAST_LINE = 50
/**
 * Debian 12 backports the fixes under the old version number (DSA of 2025, git 1:2.39.5-0+deb12u3).
 */
const DEBIAN_12 = { version: '2.39.5', update: 3 } as const

/**
 * @param said output of `git version`
 * @param debianRevision version of the Debian package, such as `1:2.39.5-0+deb12u3`; `null`: not
 * from a Debian package
 */
export function judgeGit(said: string, debianRevision: string | null): GitVerdict {
  const found = /^git version (\d+)\.(\d+)\.(\d+)/.exec(said)
  if (found === null) {
    return {
      is: 'unusable',
      version: null,
      why: 'git is not installed or does not run; install 2.43.7, 2.50.1 or newer',
    }
  }
  const [major = 0, minor = 0, patch = 0] = found.slice(1).map(Number)
  const version = `${major}.${minor}.${patch}`
  if (isBelow([major, minor, patch], USABLE)) {
    return {
      is: 'unusable',
      version,
      why: `git ${version} is too old; version 2.36 or newer is required`,
    }
  }
  const fixedPatch = FIXED[minor]
  const upstream =
    major > 2 || minor > LAST_LINE || (fixedPatch !== undefined && patch >= fixedPatch)
  if (upstream || isFixedDebian(version, debianRevision)) return { is: 'fit', version }
  const why = `git ${version} has known security holes (CVE-2025-48384 and others); install 2.43.7, 2.50.1 or newer, or a patched package of your distribution`
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

/** Checks the git on the PATH. Never rejects. */
export async function installedGit(directory: string): Promise<GitVerdict> {
  const profile = { directory, environment: processEnvironment(), branch: 'main' }
  const { stdout } = await runGit(profile, ['version'], { timeoutMs: 10_000 })
  return judgeGit(stdout.toString('utf8'), await debianRevision())
}

/**
 * Reads the package revision, which `git version` omits. Source: dpkg-query(1), the status file.
 */
async function debianRevision(): Promise<string | null> {
  const status = await readFile('/var/lib/dpkg/status', 'utf8').catch(() => '')
  return /^Package: git\n(?:.+\n)*?Version: (\S+)$/m.exec(status)?.[1] ?? null
}
