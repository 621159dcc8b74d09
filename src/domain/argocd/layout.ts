import type { Platform } from '../../contract/platform-file.ts'

/** The part of platform.yaml that determines the ApplicationSets and AppProjects. */
export type ArgoCdParts = Pick<Platform, 'teams' | 'shards' | 'clusters'>

/** One ApplicationSet: the `app.json` files it reads, and the project of its Applications. */
export interface SetLayout {
  /** `stores`, `stores.<letters>` for a shard, or `stores-<team>` for a team with its own project. */
  readonly name: string
  readonly project: string
  /** Globs of Argo CD's git files generator. Files that match an `exclude` glob are left out. */
  readonly files: readonly { readonly path: string; readonly exclude?: true }[]
}

/** One AppProject, under the name that its ApplicationSets refer to. */
export interface ProjectLayout {
  readonly name: string
  /** `null`: the project of every team without its own. */
  readonly team: string | null
  /** Clusters that the project must permit, at least one, sorted. */
  readonly clusters: readonly string[]
}

const SHARED = 'stores'

/** Name of the AppProject of a team's Applications. */
export function projectNameOf({ teams }: Pick<Platform, 'teams'>, team: string): string {
  return teams[team]?.project === 'own' ? `${SHARED}-${team}` : SHARED
}

/** Name of the ApplicationSet that creates the Application of one store. */
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

/** Every AppProject that platform.yaml requires, the shared one first. */
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
 * Every ApplicationSet that platform.yaml requires. The shared ones come first, because each must
 * stop reading a team's stores before the team's own ApplicationSet starts to read them. Together
 * they read the `app.json` of each store exactly once.
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

/** A team's name has no dot, so a shard's name cannot equal that of a team: `stores-a` is team `a`. */
function shardName(shard: string): string {
  return `${SHARED}.${shard.slice(1, -1)}`
}
