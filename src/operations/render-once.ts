import { renderStore } from './render-store.ts'

/**
 * `renderStore` for one request, whose decision may run many times: as long as intent, platform and context are what they
 * were the last time, the same map is given back. A platform or ciphertexts count as the same only when they are one object.
 */
export function renderOnce(): typeof renderStore {
  let last: { key: string; platform: object; sealed: object | null; files: Rendered } | null = null
  return (...[store, platform, context = {}]) => {
    const { sealed = null, ...plain } = context
    const key = JSON.stringify([store, plain])
    if (last?.key === key && last.platform === platform && last.sealed === sealed) return last.files
    const files = renderStore(store, platform, context)
    last = { key, platform, sealed, files }
    return files
  }
}

type Rendered = ReturnType<typeof renderStore>
