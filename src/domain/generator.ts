/** Is version `a` newer than `b`? Compares `major.minor.patch` only. False if either is not a version. */
export function isNewer(a: string, b: string): boolean {
  const [left, right] = [partsOf(a), partsOf(b)]
  if (left === null || right === null) return false
  const at = left.findIndex((part, n) => part !== right[n])
  return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0)
}

function partsOf(version: string): readonly number[] | null {
  const found = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:[-+].*)?$/.exec(version)
  return found === null ? null : found.slice(1).map(Number)
}
