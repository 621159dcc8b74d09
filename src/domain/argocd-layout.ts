import type { Platform } from '../contract/platform-file.ts'

/** What decides which ApplicationSets and AppProjects there are. */
export type ArgoCdParts = Pick<Platform, 'teams' | 'shards' | 'clusters'>

/** One ApplicationSet: which `app.json` it reads, and the project of the Applications it makes. */
export interface SetLayout {
  /** `stores`, `stores.<letters>` of a shard, `stores-<team>` of a team with a project of its own. */
  readonly name: string
  readonly project: string
  /** Globs of Argo CD's git files generator. `exclude`: what matches is left out. */
  readonly files: readonly { readonly path: string; readonly exclude?: true }[]
}

/** One AppProject, named as the ApplicationSets that need it say. */
export interface ProjectLayout {
  readonly name: string
  /** `null`: of every team without one of its own. */
  readonly team: string | null
  /** Clusters whose stores it must permit, at least one, sorted. */
  readonly clusters: readonly string[]
}

const SHARED = 'stores'

/** The AppProject of a team's Applications. */
export function projectNameOf({ teams }: Pick<Platform, 'teams'>, team: string): string {
  return teams[team]?.project === 'own' ? `${SHARED}-${team}` : SHARED
}

/** The ApplicationSet that makes the Application of one store. */
export function setNameOf(
  platform: Pick<Platform, 'teams' | 'shards'>,
  team: string,
  name: string,
): string {
  const project = projectNameOf(platform, team)
  if (project !== SHARED) return project
  const initial = name[0] ?? ''
  const shard = platform.shards.find((each) => {
    const [first = '', last = ''] = [each[1], each.at(-2)]
    return first <= initial && initial <= last
  })
  return shard === undefined ? SHARED : shardName(shard)
}

/** Every AppProject that platform.yaml asks for, the shared one first. */
export function projectsOf(platform: ArgoCdParts): readonly ProjectLayout[] {
  const all = Object.keys(platform.clusters).toSorted()
  const own = ownTeams(platform).map((team) => ({
    name: projectNameOf(platform, team),
    team,
    clusters: (platform.teams[team]?.clusters ?? all).toSorted(),
  }))
  return [{ name: SHARED, team: null, clusters: all }, ...own]
}

/**
 * Every ApplicationSet that platform.yaml asks for, the shared ones first: each must stop reading a team's stores before
 * that team's own begins to. Together they read the `app.json` of each store exactly once.
 */
export function setsOf(platform: ArgoCdParts): readonly SetLayout[] {
  const own = ownTeams(platform).map((team): SetLayout => {
    const name = projectNameOf(platform, team)
    return { name, project: name, files: [{ path: appFiles(team) }] }
  })
  const others = own.flatMap(({ files }) =>
    files.map(({ path }) => ({ path, exclude: true as const })),
  )
  const shared = (name: string, path: string): SetLayout => ({
    name,
    project: SHARED,
    files: [{ path }, ...others],
  })
  const shards = platform.shards.map((shard) =>
    shared(shardName(shard), appFiles('*', `${shard}*`)),
  )
  return [...(shards.length === 0 ? [shared(SHARED, appFiles('*'))] : shards), ...own]
}

function ownTeams({ teams }: Pick<Platform, 'teams'>): readonly string[] {
  return Object.keys(teams)
    .filter((team) => teams[team]?.project === 'own')
    .toSorted()
}

function appFiles(team: string, name = '*'): string {
  return `stores/${team}/${name}/app.json`
}

/** With a dot, which no team has in its name: `stores-a` is team `a`. */
function shardName(shard: string): string {
  return `${SHARED}.${shard.slice(1, -1)}`
}
