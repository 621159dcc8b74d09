import { afterAll, beforeAll } from 'vitest'
import { printYaml } from '../../constructs/index.ts'
import type { StoreFile } from '../../src/contract/store-file.ts'
import { storeDocument } from '../../src/repo-files/store-file.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { storeFile } from '../../src/testing/records.ts'
import {
  type Changes,
  edited,
  platformOf,
  rendered,
  type StoresRepoFixture,
  storesRepo,
} from './fixture.ts'

const OWNERS = PLATFORM_YAML.replace('title: Acme', 'title: Acme\n    codeowners: ["@acme/shops"]')
/**
 * A platform with an older release beside the usual one, a team with a single plan, and a name
 * quarantine.
 */
export const PLATFORM = OWNERS.replace('default: {}', 'default: {plans: [small]}')
  .replace('limits:', 'limits:\n  nameQuarantineDays: 30')
  .replace('releases:\n', `releases:\n${release('2026.9', '11.4', '10.9.0')}`)

function release(id: string, mariadb: string, woocommerce: string): string {
  const own = PLATFORM_YAML.slice(PLATFORM_YAML.indexOf('  "2026.11":'))
  return own
    .replace('2026.11', id)
    .replace('mariadb: "11.8"', `mariadb: "${mariadb}"`)
    .replace('woocommerce: 11.1.0', `woocommerce: ${woocommerce}`)
}

export const shop = storeFile({ name: 'shop', team: 'acme' })
export const deleted: StoreFile = {
  ...storeFile({ name: 'gone', team: 'acme' }),
  lifecycle: {
    state: 'deleted',
    since: '2026-11-01T00:00:00Z',
    purgeAfter: '2026-11-08T00:00:00Z',
  },
}
export const purging: StoreFile = {
  ...storeFile({ name: 'purging', team: 'acme' }),
  lifecycle: { state: 'purge', since: '2026-11-01T00:00:00Z' },
}
export const others = ['one', 'two', 'three', 'four', 'five'].map((name) =>
  storeFile({ name, team: 'acme' }),
)
export const platform = platformOf(PLATFORM)
export const files = rendered(shop, platform)
export const AT = 'stores/acme/shop/'
export const MANIFESTS = `${AT}manifests/`
export const CODEOWNERS = '/platform.yaml @acme/platform\n/stores/acme/ @acme/shops\n'

export const yamlOf = (store: StoreFile) => printYaml(storeDocument(store))
/** A change of store.yaml only, like an edit by a person. */
export const intent = (change: Partial<StoreFile>): Changes => ({
  [`${AT}store.yaml`]: yamlOf({ ...shop, ...change }),
})
export const edit = (path: string, from: string | RegExp, to: string): Changes =>
  edited(files, `${MANIFESTS}${path}`, from, to)
export const object = (text: string): Changes => ({
  [`${MANIFESTS}50-wordpress.yaml`]: `${files[`${MANIFESTS}50-wordpress.yaml`]}---\n${text}`,
})

export const next = storeFile({ name: 'next', team: 'acme' })

/**
 * A repository shared by the tests of a file: eight stores of team acme, of which one is
 * soft-deleted and one in purge.
 */
export function acmeRepo(): () => StoresRepoFixture {
  let repo: StoresRepoFixture
  beforeAll(async () => {
    repo = await storesRepo([shop, deleted, purging, ...others], PLATFORM, {
      '.github/CODEOWNERS': CODEOWNERS,
    })
  })
  afterAll(async () => {
    repo.clone.close()
    await repo.remote.remove()
  })
  return () => repo
}

/** All problems as `rule path`. */
export const said = ({ problems }: { problems: readonly { rule: string; path: string }[] }) =>
  problems.map(({ rule, path }) => `${rule} ${path}`)
