import { installCommand, missingPackages } from '../../scripts/bootstrap/programs.mjs'

const missing = missingPackages()

function reason(): string | null {
  if (process.platform !== 'linux') return 'it needs Linux'
  if (missing.length > 0) return installCommand(missing)
  return process.getuid?.() === 0 ? null : 'it needs root, for pods of its own'
}

/** Why the suites of this folder cannot run here. `null` if they can. */
export const cannotRun: string | null = reason()

/** Suffix for the name of a suite, so that a skipped one shows how to install its programs. */
export const unless = cannotRun === null ? '' : ` (skipped: ${cannotRun})`
