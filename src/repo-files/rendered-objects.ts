import { CORE_SCHEMA, loadAll } from 'js-yaml'

/**
 * Objects of a store's rendered files (path below its folder -> text), in the order of their paths.
 * `null`: one of them is no YAML, as a hand edit may leave it.
 */
export function renderedObjects(files: ReadonlyMap<string, string>): object[] | null {
  try {
    return [...files]
      .filter(([path]) => path.startsWith('manifests/'))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([, text]) => loadAll(text, { schema: CORE_SCHEMA, maxAliases: 0 }))
      .filter((each) => typeof each === 'object' && each !== null)
  } catch {
    return null
  }
}
