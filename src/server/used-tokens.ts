/** Tokens that were exchanged at this server and would still be valid. */
export interface UsedTokens {
  /**
   * Marks a token as used.
   * @param until milliseconds since the epoch after which the token is refused as too old
   * @returns `full`: too many tokens are remembered, so this one must be refused
   */
  use(id: string, until: number): 'first' | 'again' | 'full'
}

/** Every entry was a valid token of a bound repository, so strangers cannot fill the table. */
export function usedTokens(now: () => number, limit = 50_000): UsedTokens {
  const untilById = new Map<string, number>()
  return {
    use(id, until) {
      if ((untilById.get(id) ?? 0) > now()) return 'again'
      if (untilById.size >= limit) {
        for (const [known, end] of untilById) if (end <= now()) untilById.delete(known)
        if (untilById.size >= limit) return 'full'
      }
      untilById.set(id, until)
      return 'first'
    },
  }
}
