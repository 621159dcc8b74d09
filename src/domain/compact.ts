type Optional<T> = {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}
type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] }

/**
 * The members that are not `undefined`, for objects whose optional members must be absent instead
 * (`exactOptionalPropertyTypes`).
 */
export function compact<T extends object>(members: T): Present<T> & Optional<T> {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as Present<T> & Optional<T>
}
