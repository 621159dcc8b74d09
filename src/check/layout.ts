import { STORE_NAME } from '../contract/names.ts'
import { storeFolder } from '../domain/layout.ts'
import { type CheckProblem, problem } from './problem.ts'
import { FILE_MODE, FOLDER_MODE, type Repository, type Row } from './repository.ts'

/** Files of one folder `stores/<team>/<name>`, limited to plain files at allowed paths. */
export interface StoreRows {
  readonly team: string
  readonly name: string
  /** Tree id of the folder. Equal ids mean equal content. */
  readonly id: string
  /** Tree id of `manifests/`, `''` if it is missing. */
  readonly manifestsTree: string
  /** Blob id by path below the folder. */
  readonly files: ReadonlyMap<string, string>
}

/** Contents of a commit, limited to allowed paths. */
export interface Layout {
  readonly commit: string
  /** Stores by `team/name`, in path order. */
  readonly stores: ReadonlyMap<string, StoreRows>
  /** Blob ids of plain files outside `stores/`, by path. */
  readonly files: ReadonlyMap<string, string>
  readonly problems: readonly CheckProblem[]
}

/** Bounds for hostile trees. The first is the maximum of `limits.maxStores`. */
const MAX_STORES = 20_000
const MAX_MANIFESTS = 50

/** Allowed files besides the stores. None of them is code that runs. */
const OUTSIDE = [
  /^(?:platform\.yaml|README\.md|LICENSE|\.gitattributes|\.gitignore|\.editorconfig)$/,
  /^\.github\/(?:CODEOWNERS|pull_request_template\.md|workflows\/validate\.yaml)$/,
  /^docs\/(?:[A-Za-z0-9_-]+\/)?[A-Za-z0-9_.-]+\.(?:md|png|svg)$/,
  /^rollouts\/(?:\.gitkeep|[A-Za-z0-9-]+\.yaml)$/,
  /^stores\/(?:\.gitkeep|README\.md)$/,
]
const OUTSIDE_FOLDERS = [/^\.github(?:\/workflows)?$/, /^docs(?:\/[A-Za-z0-9_-]+)?$/, /^rollouts$/]

/** Names that Argo CD takes for another kind of source (argo-cd v3.5.1 `util/app/discovery`). */
const OTHER_SOURCE = ['kustomization', 'chart']
const MANIFEST = /^[a-z0-9-]+\.yaml$/

/** Reads the paths of a commit. A path that is not allowed is a problem and is not opened. */
export async function readLayout(repository: Repository, commit: string): Promise<Layout> {
  const reading = new LayoutReading(repository)
  await reading.outside('', await repository.root(commit))
  return { commit, stores: reading.stores, files: reading.files, problems: reading.problems }
}

class LayoutReading {
  readonly stores = new Map<string, StoreRows>()
  readonly files = new Map<string, string>()
  readonly problems: CheckProblem[] = []
  readonly #repository: Repository

  constructor(repository: Repository) {
    this.#repository = repository
  }

  async outside(folder: string, rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      const path = folder === '' ? row.name : `${folder}/${row.name}`
      if (path === 'stores' && row.mode === FOLDER_MODE) {
        await this.#teams(await this.#repository.rows(row.id))
      } else if (row.mode === FOLDER_MODE && matches(OUTSIDE_FOLDERS, path)) {
        await this.outside(path, await this.#repository.rows(row.id))
      } else if (!matches(OUTSIDE, path)) {
        this.#refuse(path, row, 'is not allowed in a stores repo')
      } else if (this.#isPlain(path, row)) {
        this.files.set(path, row.id)
      }
    }
  }

  async #teams(rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      const path = `stores/${row.name}`
      if (row.mode !== FOLDER_MODE) {
        if (!matches(OUTSIDE, path)) this.#refuse(path, row, 'is not a team folder', 'C06')
        else if (this.#isPlain(path, row)) this.files.set(path, row.id)
        continue
      }
      if (!STORE_NAME.test(row.name)) {
        this.#refuse(path, row, 'is not a valid team name', 'C06')
        continue
      }
      for (const store of await this.#repository.rows(row.id)) await this.#store(row.name, store)
    }
  }

  async #store(team: string, row: Row): Promise<void> {
    const path = storeFolder(team, row.name)
    if (row.mode !== FOLDER_MODE) return this.#refuse(path, row, 'is not a store folder', 'C06')
    if (!STORE_NAME.test(row.name))
      return this.#refuse(path, row, 'is not a valid store name', 'C06')
    if (this.stores.size >= MAX_STORES) {
      return this.#refuse(path, row, `exceeds the limit of ${MAX_STORES} stores`, 'C06')
    }
    const files = new Map<string, string>()
    let manifestsTree = ''
    for (const file of await this.#repository.rows(row.id)) {
      const at = `${path}/${file.name}`
      if (file.name === 'manifests' && file.mode === FOLDER_MODE) {
        manifestsTree = file.id
        await this.#manifests(at, file.id, files)
      } else if (file.name !== 'store.yaml' && file.name !== 'app.json') {
        this.#refuse(at, file, 'is not allowed in a store folder', 'C06')
      } else if (this.#isPlain(at, file)) {
        files.set(file.name, file.id)
      }
    }
    this.stores.set(`${team}/${row.name}`, {
      team,
      name: row.name,
      id: row.id,
      manifestsTree,
      files,
    })
  }

  async #manifests(folder: string, tree: string, files: Map<string, string>): Promise<void> {
    const rows = await this.#repository.rows(tree)
    for (const row of rows.slice(0, MAX_MANIFESTS)) {
      const path = `${folder}/${row.name}`
      if (!MANIFEST.test(row.name) || OTHER_SOURCE.includes(row.name.replace('.yaml', ''))) {
        this.#refuse(
          path,
          row,
          'is not a valid name of a manifest, so Argo CD might treat it as something else',
          'C06',
        )
      } else if (this.#isPlain(path, row)) {
        files.set(`manifests/${row.name}`, row.id)
      }
    }
    if (rows.length > MAX_MANIFESTS) {
      this.problems.push(
        problem('C06', folder, `has ${rows.length} entries; at most ${MAX_MANIFESTS} are allowed`),
      )
    }
  }

  #isPlain(path: string, row: Row): boolean {
    if (row.mode === FILE_MODE) return true
    this.problems.push(problem('C01', path, `is ${describe(row.mode)}, not a plain file`))
    return false
  }

  #refuse(path: string, row: Row, detail: string, rule: 'C01' | 'C06' = 'C01'): void {
    const known = row.mode === FILE_MODE || row.mode === FOLDER_MODE
    this.problems.push(
      known ? problem(rule, path, detail) : problem('C01', path, `is ${describe(row.mode)}`),
    )
  }
}

function describe(mode: string): string {
  const words: Readonly<Record<string, string>> = {
    '120000': 'a symbolic link',
    '160000': 'a submodule',
    '100755': 'executable',
    [FOLDER_MODE]: 'a folder',
  }
  return words[mode] ?? `of mode ${mode}`
}

function matches(patterns: readonly RegExp[], path: string): boolean {
  return patterns.some((pattern) => pattern.test(path))
}
