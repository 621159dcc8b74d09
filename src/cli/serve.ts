/** Starts the server in this process; `words` are its flags. Resolves when it listens. */
export async function serve(words: readonly string[]): Promise<void> {
  process.argv.splice(2, process.argv.length, ...words)
  await import('../main.ts')
}
