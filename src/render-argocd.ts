import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { App, Chart } from 'cdk8s'
import {
  StoresApplicationSet,
  type StoresApplicationSetProps,
  StoresProject,
  type StoresProjectProps,
} from '../constructs/argo-application.ts'
import { StatusReader, type StatusReaderProps } from '../constructs/status-reader.ts'
import { printYaml } from '../constructs/yaml.ts'

/** What an installation decides; one set of values for all objects. */
export type ArgoCdOptions = StoresApplicationSetProps & StoresProjectProps & StatusReaderProps

/** Values of the committed examples below `argocd/`. */
const EXAMPLE: ArgoCdOptions = {
  argocdNamespace: 'argocd',
  apiNamespace: 'storewright',
  repoURL: 'https://github.com/acme/stores.git',
  branch: 'main',
  dashboardUrl: 'https://storewright.example.com',
  clusters: ['in-cluster'],
  secretsModes: ['job'],
}

const NOTE = '# Rendered by `npm run argocd`; edits are overwritten. See argocd/README.md.\n'

/** Objects in the order in which they must be applied: the ApplicationSet needs its project. */
export function argoCdObjects(options: ArgoCdOptions): {
  project: unknown
  applicationSet: unknown
  /** ServiceAccount, Role and RoleBinding of the process that watches. */
  rights: readonly unknown[]
} {
  const chart = new Chart(new App(), 'ArgoCd')
  new StoresProject(chart, 'Project', options)
  new StoresApplicationSet(chart, 'ApplicationSet', options)
  const [project, applicationSet] = chart.toJson() as unknown[]
  const reader = new Chart(new App(), 'Rights')
  new StatusReader(reader, 'Reader', options)
  return { project, applicationSet, rights: reader.toJson() as unknown[] }
}

/** Path below the repository's root -> text of the committed examples. */
export function argoCdFiles(): ReadonlyMap<string, string> {
  const { project, applicationSet, rights } = argoCdObjects(EXAMPLE)
  return new Map([
    ['argocd/rbac.yaml', NOTE + rights.map((object) => printYaml(object)).join('---\n')],
    ['argocd/projects/stores.yaml', NOTE + printYaml(project)],
    ['argocd/application-set.yaml', NOTE + printYaml(applicationSet)],
  ])
}

const USAGE = `Usage: npm run --silent argocd -- --repo-url URL --dashboard-url URL [--branch main]
         [--argocd-namespace argocd] [--api-namespace storewright] [--cluster in-cluster]...
Prints the AppProject, the ApplicationSet and the rights of Storewright's own account for these values.
Without options: rewrites the examples below argocd/.
`

/** @throws TypeError an unknown option or one without its value */
function parseWords(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    options: {
      'repo-url': { type: 'string' },
      'dashboard-url': { type: 'string' },
      branch: { type: 'string', default: EXAMPLE.branch },
      'api-namespace': { type: 'string', default: EXAMPLE.apiNamespace },
      'argocd-namespace': { type: 'string', default: EXAMPLE.argocdNamespace },
      cluster: { type: 'string', multiple: true, default: [...EXAMPLE.clusters] },
    },
  }).values
}

/** Options of a command line, or `null` when they do not make sense. */
export function parseOptions(words: readonly string[]): ArgoCdOptions | null {
  let values: ReturnType<typeof parseWords>
  try {
    values = parseWords(words)
  } catch {
    return null
  }
  const repoURL = values['repo-url'] ?? ''
  const dashboardUrl = (values['dashboard-url'] ?? '').replace(/\/+$/, '')
  // Credentials belong into the repository Secret, never into objects that everybody may read.
  const plain =
    /^(?:https?:\/\/[^\s@/]+\/\S+|ssh:\/\/[^\s:/]+(?::[0-9]+)?\/\S+|[\w.-]+@[\w.-]+:\S+)$/
  if (!plain.test(repoURL) || !/^https?:\/\/[^\s@]+$/.test(dashboardUrl)) return null
  return {
    ...EXAMPLE,
    repoURL,
    dashboardUrl,
    branch: values.branch,
    argocdNamespace: values['argocd-namespace'],
    apiNamespace: values['api-namespace'],
    clusters: values.cluster,
  }
}

async function main(words: readonly string[]): Promise<number> {
  if (words.length === 0) {
    for (const [path, text] of argoCdFiles()) {
      const url = new URL(`../${path}`, import.meta.url)
      await mkdir(dirname(url.pathname), { recursive: true })
      await writeFile(url, text)
      process.stdout.write(`wrote ${path}\n`)
    }
    return 0
  }
  const options = parseOptions(words)
  if (options === null) {
    process.stderr.write(USAGE)
    return 2
  }
  const { project, applicationSet, rights } = argoCdObjects(options)
  process.stdout.write(
    [project, applicationSet, ...rights].map((object) => printYaml(object)).join('---\n'),
  )
  return 0
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
