import { CORE_SCHEMA, load } from 'js-yaml'
import { dig, listOf, recordOf } from './manifests.ts'
import { type CheckProblem, problem } from './problem.ts'

export const WORKFLOW_PATH = '.github/workflows/validate.yaml'

/**
 * C01 for the workflow of the stores repo. It runs on untrusted pull requests, so it must not hold
 * rights or secrets, and must not run code from the pull request.
 * Source: GitHub Security Lab, "Preventing pwn requests": no `pull_request_target` with a checkout.
 */
export function workflowProblems(text: string): CheckProblem[] {
  const found: CheckProblem[] = []
  const demand = (holds: boolean, pointer: string, detail: string) => {
    if (!holds) found.push(problem('C01', WORKFLOW_PATH, detail, pointer))
  }
  const workflow = parsed(text)
  if (workflow === undefined) return [problem('C01', WORKFLOW_PATH, 'is not valid YAML')]
  const triggers = triggersOf(dig(workflow, 'on'))
  demand(
    triggers.length === 1 && triggers[0] === 'pull_request',
    '#/on',
    'must run on pull_request only, because other triggers have rights and secrets',
  )
  demandPermissions(dig(workflow, 'permissions'), '#/permissions', demand)
  demand(!/\bsecrets\b/.test(text), '#', 'must not name secrets')
  for (const [id, job] of Object.entries(recordOf(dig(workflow, 'jobs')))) {
    const at = `#/jobs/${id}`
    if (dig(job, 'permissions') !== undefined) {
      demandPermissions(dig(job, 'permissions'), `${at}/permissions`, demand)
    }
    demand(dig(job, 'uses') === undefined, `${at}/uses`, 'must not call another workflow')
    const image = dig(job, 'container', 'image') ?? dig(job, 'container')
    demand(
      image === undefined || (typeof image === 'string' && /@sha256:[0-9a-f]{64}$/.test(image)),
      `${at}/container/image`,
      'must be pinned by digest',
    )
    listOf(dig(job, 'steps')).forEach((step, n) => demandStep(step, `${at}/steps/${n}`, demand))
  }
  return found
}

type Demand = (holds: boolean, pointer: string, detail: string) => void

function demandPermissions(value: unknown, pointer: string, demand: Demand): void {
  const rights = Object.entries(recordOf(value))
  const readOnly = rights.every(([, right]) => right === 'read' || right === 'none')
  demand(
    rights.length > 0 && readOnly,
    pointer,
    'must grant read permissions only, such as contents: read',
  )
}

/** The only program that steps may run. A shell would run code from the pull request. */
const RUN = /^storectl (?:check|version)(?: [-A-Za-z0-9_"$^{}./=]+)*\s*$/

function demandStep(step: unknown, pointer: string, demand: Demand): void {
  const uses = dig(step, 'uses')
  const pinned = /^actions\/checkout@[0-9a-f]{40}$/
  demand(
    uses === undefined || (typeof uses === 'string' && pinned.test(uses)),
    `${pointer}/uses`,
    'must be actions/checkout, pinned by the 40 digits of a commit',
  )
  const run = dig(step, 'run')
  demand(
    run === undefined || (typeof run === 'string' && RUN.test(run) && !run.includes('${{')),
    `${pointer}/run`,
    'must run storectl and nothing else; pass values in env, never in an expression',
  )
}

function triggersOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.map(String)
  return Object.keys(recordOf(value))
}

function parsed(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA, maxAliases: 0 }) ?? null
  } catch {
    return undefined
  }
}
