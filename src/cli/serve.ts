/** Starts the server in this process with the flags in `words`. Resolves once it listens. */
export async function serve(words: readonly string[]): Promise<void> {
  process.argv.splice(2, process.argv.length, ...words)
  await import('../main.ts')
}
