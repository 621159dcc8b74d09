import type { Platform } from '../contract/platform-file.ts'
import { type CheckProblem, problem } from './problem.ts'

export const CODEOWNERS_PATH = '.github/CODEOWNERS'

/** Paths owned by the platform. Lines for paths below stores/ belong to teams. */
const PLATFORM_PATHS = ['/.github/', '/platform.yaml', '/rollouts/']

const HEADER = `# Who must review what. Printed by \`storectl codeowners\`; require code-owner review on main.
# The last matching line wins. The lines of the platform are yours, those of the teams follow platform.yaml.
`

/** Text of .github/CODEOWNERS. @param platformOwners reviewers of the platform's paths; if empty, these lines are comments */
export function printCodeowners(platform: Platform, platformOwners: readonly string[]): string {
  const owners = platformOwners.length === 0 ? ['@your-org/platform'] : platformOwners
  const mark = platformOwners.length === 0 ? '# ' : ''
  const general = PLATFORM_PATHS.map((path) => `${mark}${path} ${owners.join(' ')}\n`)
  const teams = teamLines(platform).map((line) => `${line}\n`)
  return `${HEADER}\n${general.join('')}${teams.length === 0 ? '' : `\n${teams.join('')}`}`
}

/** Owners of platform.yaml in a CODEOWNERS text; empty if no line names any. */
export function platformOwnersOf(text: string): readonly string[] {
  return ruleLines(text)
    .map((line) => line.split(/\s+/))
    .filter(([path]) => path === '/platform.yaml')
    .flatMap(([, ...owners]) => owners)
}

/**
 * C19: the file ends with the lines of the teams, in order and as platform.yaml declares them, because
 * the last match wins. No other line may match a path below stores/.
 */
export function codeownersProblems(text: string | null, platform: Platform): CheckProblem[] {
  const wanted = teamLines(platform)
  const lines = text === null ? [] : ruleLines(text)
  const refuse = (detail: string) => problem('C19', CODEOWNERS_PATH, detail)
  const said = lines.slice(lines.length - wanted.length)
  const missing = wanted.filter((line, at) => said[at] !== line)
  const strange = lines
    .slice(0, lines.length - wanted.length)
    .filter((line) => /^\/?stores(?:\/|\s|$)/.test(line) && !wanted.includes(line))
  return [
    ...missing.map((line) =>
      refuse(`must end with the lines of the teams; this one is missing or misplaced: ${line}`),
    ),
    ...strange.map((line) => refuse(`has a line that matches no team of platform.yaml: ${line}`)),
  ]
}

function teamLines({ teams }: Platform): string[] {
  return Object.entries(teams)
    .filter(([, { codeowners }]) => codeowners.length > 0)
    .map(([name, { codeowners }]) => `/stores/${name}/ ${codeowners.join(' ')}`)
    .toSorted()
}

/** Lines without comments and blank lines, with white space collapsed. */
function ruleLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/(?:^|\s)#.*$/, '')
        .trim()
        .replaceAll(/\s+/g, ' '),
    )
    .filter((line) => line !== '')
}
