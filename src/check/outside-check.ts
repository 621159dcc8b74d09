import { CORE_SCHEMA, load } from 'js-yaml'
import type { Platform } from '../contract/platform-file.ts'
import { parsePlatformFile } from '../repo-files/platform-file.ts'
import { CODEOWNERS_PATH, codeownersProblems } from './codeowners.ts'
import type { Layout } from './layout.ts'
import { MAX_FILE_BYTES, textOf } from './manifests.ts'
import { type CheckProblem, problem } from './problem.ts'
import type { Repository } from './repository.ts'
import { secretProblems } from './secret-scan.ts'
import { WORKFLOW_PATH, workflowProblems } from './workflow-rule.ts'

const PLATFORM_PATH = 'platform.yaml'

/** platform.yaml of a commit, or `null` and its problems (C02). */
export async function readPlatform(
  repository: Repository,
  layout: Layout,
): Promise<{ platform: Platform | null; problems: readonly CheckProblem[] }> {
  const id = layout.files.get(PLATFORM_PATH)
  if (id === undefined) {
    return { platform: null, problems: [problem('C02', PLATFORM_PATH, 'is missing')] }
  }
  const bytes = await repository.blob(id, MAX_FILE_BYTES)
  const text = bytes === null ? null : textOf(bytes)
  if (text === null) {
    const detail = 'is larger than 1 MiB or not plain UTF-8 text'
    return { platform: null, problems: [problem('C02', PLATFORM_PATH, detail)] }
  }
  const { value, problems } = parsePlatformFile(text)
  const found = problems.map(({ pointer, detail }) =>
    problem('C02', PLATFORM_PATH, detail, pointer),
  )
  return { platform: value, problems: found }
}

/** Files outside `stores/`: C01 for the workflow, C02 for rollouts, C16, C19. */
export async function outsideProblems(
  repository: Repository,
  layout: Layout,
  platform: Platform | null,
): Promise<CheckProblem[]> {
  const found: CheckProblem[] = []
  let codeowners: string | null = null
  for (const [path, id] of layout.files) {
    if (/\.(?:png|svg)$/.test(path)) continue
    const bytes = await repository.blob(id, MAX_FILE_BYTES)
    if (bytes === null) {
      found.push(problem('C01', path, 'is larger than 1 MiB'))
      continue
    }
    const text = textOf(bytes)
    if (text === null) {
      found.push(problem('C01', path, 'is not plain UTF-8 text'))
      continue
    }
    found.push(...secretProblems(path, text, path === PLATFORM_PATH))
    if (path === WORKFLOW_PATH) found.push(...workflowProblems(text))
    if (path === CODEOWNERS_PATH) codeowners = text
    if (path.startsWith('rollouts/') && path.endsWith('.yaml'))
      found.push(...rolloutProblems(path, text))
  }
  if (platform !== null) found.push(...codeownersProblems(codeowners, platform))
  return found
}

function rolloutProblems(path: string, text: string): CheckProblem[] {
  try {
    const document = load(text, { schema: CORE_SCHEMA, maxAliases: 0 })
    if (document !== null && typeof document === 'object' && !Array.isArray(document)) return []
    return [problem('C02', path, 'is not a mapping')]
  } catch {
    return [problem('C02', path, 'is not a single YAML document without aliases')]
  }
}
