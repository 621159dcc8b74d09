import { CORE_SCHEMA, loadAll } from 'js-yaml'

/**
 * Objects of a store's rendered files, given as text by path, in path order.
 * @returns `null` if a file is not valid YAML, for example after a hand edit
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
