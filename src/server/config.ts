import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import type { EffectiveSetting } from '../contract/access.ts'
import { type CiBinding, CiBindings } from '../contract/ci-bindings.ts'
import { type RoleBinding, RoleBindings } from '../contract/role-bindings.ts'
import {
  ciProblems,
  contradictions,
  hasAuthentication,
  openGates,
  remoteProblems,
  signInProblems,
} from './config-checks.ts'
import { problemsOf } from './config-rules.ts'
import { ignoredVariables } from './ignored-variables.ts'
import { productionProblems, productionWarnings } from './production-rules.ts'
import { readSetting, type Settings, settings } from './settings.ts'

/** The checked configuration of the process. */
export interface Config extends Settings {
  /**
   * Host of `PUBLIC_URL`, which is answered besides loopback names. `null` without authentication,
   * when only this machine may be answered.
   */
  readonly publicHost: string | null
  /** Key `roleBindings` of storewright.yaml. */
  readonly roleBindings: readonly RoleBinding[]
  /** Key `ciBindings` of storewright.yaml. */
  readonly ciBindings: readonly CiBinding[]
  /**
   * Value of `GIT_TOKEN_FILE`. The file is read again when the remote rejects the token. `null` if
   * the token came from another source.
   */
  readonly gitTokenFile: string | null
  /** API server of the cluster this process runs in. `null` outside a cluster. */
  readonly inClusterServer: string | null
  /** Origin of each value: `flag`, `environment`, `file` or `default`. */
  readonly sources: Readonly<Record<string, Source>>
  /** One sentence for each variable that has no effect, or switches a protection off. */
  readonly warnings: readonly string[]
}

type Source = 'flag' | 'environment' | 'file' | 'default'

export type ConfigResult =
  | { readonly config: Config; readonly problems: readonly [] }
  | {
      readonly config: null
      readonly problems: readonly string[]
      /** The settings without those of `unread`, which have their default here. */
      readonly draft: Config
      /** Keys of the settings whose values are not valid. */
      readonly unread: ReadonlySet<string>
    }

export interface ConfigInput {
  readonly flags: ReadonlyMap<string, string>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Returns the text of a file, or `null` if it does not exist. */
  readonly readFile: (path: string) => string | null
}

/**
 * Precedence is flag, environment, file, default. All problems are reported together, before any
 * socket opens.
 */
export function readConfig(input: ConfigInput): ConfigResult {
  const problems: string[] = []
  const unread = new Set<string>()
  const { values: file, ...bindings } = readConfigFile(input, problems, unread)
  const values: Record<string, unknown> = {}
  const sources: Record<string, Source> = {}
  for (const [key, setting] of Object.entries(settings)) {
    const found = lookUp(key, setting.env, input, file, problems)
    sources[key] = found?.source ?? 'default'
    const read = readSetting<unknown>(setting as never, found?.text ?? null)
    values[key] = read.problem === null ? read.value : setting.fallback
    const isLost = sources[key] === 'default' && unread.has(WHOLE_FILE)
    if (isLost || found?.text === null || read.problem !== null) unread.add(key)
    if (read.problem !== null)
      problems.push(`${setting.env}: ${read.problem}, from ${sources[key]}`)
  }
  problems.push(...flagProblems(input.flags))
  // The loop above set every key of `settings`.
  const read = values as unknown as Settings
  const { publicUrl } = read
  const isPublic = hasAuthentication(read) && publicUrl !== null
  const config: Config = {
    ...read,
    publicHost: isPublic ? new URL(publicUrl).host : null,
    ...bindings,
    inClusterServer: inCluster(input.environment),
    gitTokenFile: input.environment['GIT_TOKEN_FILE'] || null,
    sources,
    warnings: [
      ...ignoredVariables(input.environment),
      ...openGates(read),
      ...productionWarnings(read),
    ],
  }
  problems.push(...problemsOf(RULES, config, unread))
  return problems.length > 0
    ? { config: null, problems, draft: config, unread }
    : { config, problems: [] }
}

/** What is checked when every setting is read by itself. */
const RULES: readonly ((read: Config) => readonly string[])[] = [
  ...contradictions,
  ...productionProblems,
  signInProblems,
  ciProblems,
  remoteProblems,
]

/** Source: kubernetes.io/docs/tasks/run-application/access-api-from-pod. */
function inCluster(environment: ConfigInput['environment']): string | null {
  const host = environment['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '443'
  return host === '' ? null : `https://${host.includes(':') ? `[${host}]` : host}:${port}`
}

const KNOWN_FLAGS = new Set([
  'config',
  'print-config',
  'check-config',
  'restore-stores-repo',
  ...Object.keys(settings).map(kebab),
])

/**
 * Every process of the machine can read a command line, so a secret passed as a flag is rejected.
 */
const SECRET_FLAGS: ReadonlyMap<string, string> = new Map(
  Object.entries(settings)
    .filter(([, { secret }]) => secret === true)
    .map(([key, { env }]) => [kebab(key), env]),
)

function flagProblems(flags: ConfigInput['flags']): readonly string[] {
  return [...flags.keys()].flatMap((flag) => {
    const env = SECRET_FLAGS.get(flag)
    if (env !== undefined)
      return [`--${flag}: is a secret and not taken from the command line; ${setSecret(env)}`]
    // The text after "=" may be a secret under a mistyped flag name.
    return KNOWN_FLAGS.has(flag) ? [] : [`--${flag.replace(/=.*$/s, '')}: is not a known flag`]
  })
}

const setSecret = (env: string) => `set ${env}, or ${env}_FILE to the path of a file that holds it`

function lookUp(
  key: string,
  env: string,
  input: ConfigInput,
  file: ReadonlyMap<string, string>,
  problems: string[],
): { text: string | null; source: Source } | null {
  const flag = input.flags.get(kebab(key))
  if (flag !== undefined) return { text: flag, source: 'flag' }
  const variable = input.environment[env] || undefined
  const path = settings[key as keyof Settings].file === true ? input.environment[`${env}_FILE`] : ''
  if (path !== undefined && path !== '') {
    if (variable !== undefined) problems.push(`${env} and ${env}_FILE are both set`)
    const text = input.readFile(path)
    if (text === null) problems.push(`${env}_FILE: ${path} cannot be read`)
    return { text: text === null ? null : text.replace(/\r?\n$/, ''), source: 'environment' }
  }
  if (variable !== undefined) return { text: variable, source: 'environment' }
  const text = file.get(key)
  return text === undefined ? null : { text, source: 'file' }
}

interface ConfigFile {
  readonly values: ReadonlyMap<string, string>
  readonly roleBindings: readonly RoleBinding[]
  readonly ciBindings: readonly CiBinding[]
}

const NO_BINDINGS = { roleBindings: [], ciBindings: [] } as const
const BINDINGS = { roleBindings: RoleBindings, ciBindings: CiBindings } as const

/** A member of `unread` if the file cannot be read, so that it may set anything. */
const WHOLE_FILE = 'storewright.yaml'

function readConfigFile(input: ConfigInput, problems: string[], unread: Set<string>): ConfigFile {
  const nothing = { values: new Map<string, string>(), ...NO_BINDINGS }
  const lost = (problem: string) => {
    problems.push(problem)
    for (const key of [WHOLE_FILE, ...Object.keys(BINDINGS)]) unread.add(key)
    return nothing
  }
  const named = input.flags.get('config') ?? input.environment['CONFIG_FILE']
  const path = named === undefined || named === '' ? 'storewright.yaml' : named
  const text = input.readFile(path)
  if (text === null) return path === named ? lost(`${path}: cannot be read`) : nothing
  let document: unknown
  try {
    document = load(text)
  } catch {
    return lost(`${path}: is not valid YAML`)
  }
  const values = new Map<string, string>()
  let bindings: Omit<ConfigFile, 'values'> = NO_BINDINGS
  const refuse = (key: string, why: string) => {
    problems.push(`${path}: ${key} ${why}`)
    unread.add(key.replace(/ .*$/s, ''))
  }
  for (const [key, value] of Object.entries(document ?? {})) {
    if (key === 'roleBindings' || key === 'ciBindings') {
      const { data = [], error } = BINDINGS[key].safeParse(value)
      bindings = { ...bindings, [key]: data }
      for (const { path: at, message } of error?.issues ?? []) {
        refuse(`${key} ${at.join('.')}:`, message)
      }
    } else if (!Object.hasOwn(settings, key)) refuse(key, 'is not a known key')
    else if (settings[key as keyof Settings].secret === true) {
      refuse(key, `is a secret; ${setSecret(settings[key as keyof Settings].env)}`)
    } else if (typeof value === 'object') refuse(key, 'must be a single value')
    else values.set(key, String(value))
  }
  return { values, ...bindings }
}

/** The effective configuration as text. Secrets are masked. */
export function describeConfig(config: Config): string {
  return effectiveSettings(config)
    .map(({ name, value, source }) => `${name}=${value}  # ${source}\n`)
    .join('')
}

/** Every setting with its value as text and its source. Secrets are masked. */
export function effectiveSettings(config: Config): readonly EffectiveSetting[] {
  return Object.entries(settings).map(([key, setting]) => {
    const value = config[key as keyof Settings]
    const isHidden = setting.secret === true && value !== null
    const shown = isHidden ? '***' : setting.print(value as never)
    return { name: setting.env, value: shown, source: config.sources[key] ?? 'default' }
  })
}

/** Text of `--help`: every flag with its variable and its default. */
export function settingsHelp(): string {
  const rows = Object.entries(settings).map(([key, setting]) => {
    const fallback = setting.fallback === null ? '' : setting.print(setting.fallback as never)
    // Secrets have no flag.
    const flag = setting.secret === true ? '' : `--${kebab(key)}`
    return [flag, setting.env, fallback] as const
  })
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length))
  const lines = rows.map(([flag, env, fallback]) =>
    `  ${flag.padEnd(width(0))}  ${env.padEnd(width(1))}  ${fallback}`.trimEnd(),
  )
  return `Starts the server. Usage: storectl serve [--<setting> <value>]...

A flag wins over its variable, a variable over storewright.yaml. docs/settings.md explains each setting.

Flag, variable, default:
${lines.join('\n')}

  --print-config  print every setting with its source, then exit
  --check-config  check the settings and what they name, then exit
  --restore-stores-repo  make a vanished embedded stores repo anew from the cache, then exit
  --help          print this text, then exit
`
}

/** Parses flags such as `--listen-addr :8081`, `--listen-addr=:8081` and `--check-config`. */
export function readFlags(argv: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>()
  for (let at = 0; at < argv.length; at += 1) {
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(argv[at] ?? '')
    if (match?.[1] === undefined) {
      flags.set(argv[at] ?? '', '')
      continue
    }
    const next = argv[at + 1]
    const takesNext = match[2] === undefined && next !== undefined && !next.startsWith('--')
    flags.set(match[1], match[2] ?? (takesNext ? next : ''))
    if (takesNext) at += 1
  }
  return flags
}

/** Reads the configuration of this process. */
export function processConfig(argv: readonly string[]): ConfigResult {
  return readConfig({ flags: readFlags(argv), environment: process.env, readFile: readText })
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
