/** Returns the problems that one rule finds in the settings, one sentence each. */
export type Rule<T> = (read: T) => readonly string[]

/**
 * Applies rules to settings. A rule that reads a setting of `unread` reports nothing: this setting
 * has a problem of its own, and its value here is only the default.
 */
export function problemsOf<T extends object>(
  rules: readonly Rule<T>[],
  read: T,
  unread: ReadonlySet<string>,
): readonly string[] {
  return rules.flatMap((rule) => {
    const watched = watch(read, unread)
    const problems = rule(watched.read)
    return watched.isUnread() ? [] : problems
  })
}

/** {@link problemsOf} with rules that read files. */
export async function laterProblemsOf<T extends object>(
  rules: readonly ((read: T) => Promise<readonly string[]>)[],
  read: T,
  unread: ReadonlySet<string>,
): Promise<readonly string[]> {
  const found = rules.map(async (rule) => {
    const watched = watch(read, unread)
    const problems = await rule(watched.read)
    return watched.isUnread() ? [] : problems
  })
  return (await Promise.all(found)).flat()
}

/** The same settings, and whether one of `unread` was read so far. */
function watch<T extends object>(settings: T, unread: ReadonlySet<string>) {
  let isUnread = false
  const read = new Proxy(settings, {
    get(target, key) {
      if (unread.has(String(key))) isUnread = true
      return Reflect.get(target, key) as unknown
    },
  })
  return { read, isUnread: () => isUnread }
}
