import { renderStore } from './render-store.ts'

type Input = Parameters<typeof renderStore>
type Rendered = ReturnType<typeof renderStore>

/**
 * `renderStore` for one request, whose decision may run many times. It returns the same map while
 * intent, platform and context equal those of the last call. The platform and the ciphertexts are
 * compared by identity.
 * @param ahead input and result of a render that was done before
 */
export function renderOnce(ahead?: {
  readonly input: Input
  readonly give: () => Rendered
}): typeof renderStore {
  let last: { key: string; platform: object; sealed: object | null; give: () => Rendered } | null =
    ahead === undefined ? null : { ...keyOf(ahead.input), give: ahead.give }
  return (...input) => {
    const now = keyOf(input)
    const isSame =
      last?.key === now.key && last.platform === now.platform && last.sealed === now.sealed
    if (last !== null && isSame) return last.give()
    const files = renderStore(...input)
    last = { ...now, give: () => files }
    return files
  }
}

function keyOf([store, platform, context = {}]: Input) {
  const { sealed = null, ...plain } = context
  return { key: JSON.stringify([store, plain]), platform, sealed }
}
