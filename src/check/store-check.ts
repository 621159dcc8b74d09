import type { AppFile } from '../contract/app-file.ts'
import type { Platform } from '../contract/platform-file.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { GENERATOR } from '../contract/version.ts'
import { isNewer } from '../domain/generator.ts'
import { type DiffLine, diffLines } from '../domain/history/line-diff.ts'
import { foreignKeys, identityOf, storeFolder } from '../domain/layout.ts'
import type { ObjectFormat } from '../domain/object-format.ts'
import { parseAppFile } from '../repo-files/app-file.ts'
import { parseStoreFile } from '../repo-files/store-file.ts'
import { parseManifests, textOf } from './manifests.ts'
import { objectProblems } from './object-rules.ts'
import { type CheckProblem, problem } from './problem.ts'
import { type Difference, differences, renderedFiles } from './rendered.ts'
import { secretProblems } from './secret-scan.ts'

/** Content of one store folder. */
export interface StoreContent {
  /** Object format of the repository. */
  readonly objectFormat: ObjectFormat
  readonly team: string
  readonly name: string
  /** Content by path below the folder, limited to plain files at allowed paths. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** The diff of a generated file that Storewright will write for the new intent. */
export interface PendingFile {
  /** Below the root of the repository. */
  readonly path: string
  readonly lines: readonly DiffLine[]
}

export interface StoreFindings {
  readonly intent: StoreFile | null
  readonly problems: readonly CheckProblem[]
  /** Files that are not rendered yet, because the change touches only the intent. */
  readonly pending: readonly PendingFile[]
}

/** The intent of a store and its problems: C02, C03, C16. */
export function readIntent({ team, name, files }: Omit<StoreContent, 'objectFormat'>): {
  intent: StoreFile | null
  problems: readonly CheckProblem[]
} {
  const path = `${storeFolder(team, name)}/store.yaml`
  const bytes = files.get('store.yaml')
  if (bytes === undefined) return { intent: null, problems: [problem('C02', path, 'is missing')] }
  const text = textOf(bytes)
  if (text === null) {
    return { intent: null, problems: [problem('C02', path, 'is not plain UTF-8 text')] }
  }
  const { value, problems } = parseStoreFile(text)
  const found = problems.map(({ pointer, detail }) => problem('C02', path, detail, pointer))
  if (value !== null && value.name !== name) {
    found.push(problem('C03', path, `must equal its folder, ${name}`, '#/name'))
  }
  if (value !== null && value.team !== team) {
    found.push(problem('C03', path, `must equal its folder, ${team}`, '#/team'))
  }
  const intent = found.length === 0 ? value : null
  return { intent, problems: [...found, ...secretProblems(path, text, true)] }
}

/**
 * Checks one store without looking at others: C02 to C10, C16 to C18, C20.
 * @param touched the change touches generated files, or there is no base; then they must equal the
 *   render. Otherwise differences are pending.
 */
export function checkStore(
  content: StoreContent,
  platform: Platform,
  touched: boolean,
): StoreFindings {
  const { intent, problems } = readIntent(content)
  const { app, problems: appProblems } = readApp(content, touched)
  const found = [...problems, ...appProblems]
  if (app !== null && isNewer(app.generator, GENERATOR)) {
    // Nothing proves which version wrote the file, so all other rules are checked too.
    const detail = `names generator ${app.generator}, which is newer than ${GENERATOR} of this storectl. If a server of that version is in use, check with its storectl`
    found.push(problem('C20', appPath(content), detail, '#/generator'))
  }
  const lifecycle = app?.lifecycle ?? intent?.lifecycle.state ?? 'active'
  found.push(...manifestProblems(content, content.files, intent, lifecycle))
  if (intent === null) return { intent, problems: found, pending: [] }
  const { files, errors } = renderedFiles(
    intent,
    platform,
    content.files,
    app,
    content.objectFormat,
  )
  if (files === null) {
    const path = `${storeFolder(content.team, content.name)}/store.yaml`
    const unsealed =
      intent.secretsMode === 'sealed' && !content.files.has('manifests/20-secrets.yaml')
    const real = errors.filter(({ pointer }) => touched || !unsealed || pointer !== '#/secretsMode')
    found.push(...real.map(({ pointer, detail }) => problem('C02', path, detail, pointer)))
    return { intent, problems: found, pending: [] }
  }
  const unlike = differences(content.files, files)
  if (touched) {
    return {
      intent,
      problems: [...found, ...unlike.map((one) => unequal(content, one))],
      pending: [],
    }
  }
  if (unlike.length > 0) {
    found.push(...manifestProblems(content, files, intent, intent.lifecycle.state))
  }
  return { intent, problems: found, pending: unlike.map((one) => pendingFile(content, one)) }
}

/** Checks that app.json has every key (C05). A new store may lack it, because it is rendered after the merge. */
function readApp(
  content: StoreContent,
  touched: boolean,
): { app: AppFile | null; problems: readonly CheckProblem[] } {
  const bytes = content.files.get('app.json')
  if (bytes === undefined) {
    const problems = touched ? [problem('C05', appPath(content), 'is missing')] : []
    return { app: null, problems }
  }
  const app = parseAppFile(textOf(bytes) ?? '')
  if (app === null) {
    return {
      app,
      problems: [problem('C05', appPath(content), 'lacks a key or has a value of the wrong type')],
    }
  }
  const problems = foreignKeys(app, content).map((key) =>
    problem('C05', appPath(content), `must be ${identityOf(content)[key]}`, `#/${key}`),
  )
  if (!/^[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}$/.test(app.generator)) {
    problems.push(problem('C05', appPath(content), 'is not a version', '#/generator'))
  }
  return { app, problems }
}

function appPath({ team, name }: StoreContent): string {
  return `${storeFolder(team, name)}/app.json`
}

function manifestProblems(
  { team, name }: StoreContent,
  files: ReadonlyMap<string, Uint8Array>,
  intent: StoreFile | null,
  lifecycle: AppFile['lifecycle'],
): CheckProblem[] {
  const found: CheckProblem[] = []
  const objects = [...files].flatMap(([file, bytes]) => {
    if (!file.startsWith('manifests/')) return []
    const path = `${storeFolder(team, name)}/${file}`
    const parsed = parseManifests(path, bytes)
    found.push(...parsed.problems, ...secretProblems(path, textOf(bytes) ?? '', false))
    return parsed.objects
  })
  const secretsMode = intent?.secretsMode ?? null
  return [...found, ...objectProblems(objects, { name, secretsMode, lifecycle })]
}

function unequal(content: StoreContent, { path, committed, rendered }: Difference): CheckProblem {
  const at = `${storeFolder(content.team, content.name)}/${path}`
  if (committed === null) return problem('C04', at, 'is missing, but the intent renders it')
  if (rendered === null) return problem('C04', at, 'is not rendered from the intent')
  const line = diffOf(committed, rendered).findIndex(({ mark }) => mark !== ' ')
  return problem('C04', at, `differs from the render of the intent, first in line ${line + 1}`)
}

function pendingFile(
  content: StoreContent,
  { path, committed, rendered }: Difference,
): PendingFile {
  const at = `${storeFolder(content.team, content.name)}/${path}`
  return { path: at, lines: diffOf(committed ?? EMPTY, rendered ?? EMPTY) }
}

const EMPTY = new Uint8Array()

function diffOf(before: Uint8Array, after: Uint8Array): readonly DiffLine[] {
  const decoder = new TextDecoder()
  return diffLines(decoder.decode(before), decoder.decode(after))
}
