import { AppFile } from '../contract/app-file.ts'

/** Parses app.json; `null` if it is not a JSON object with every key. */
export function parseAppFile(text: string): AppFile | null {
  try {
    return AppFile.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** Prints app.json with sorted keys, two spaces and a final newline. Equal input gives equal text. */
export function printAppFile(app: AppFile): string {
  const entries = Object.entries(app).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
}
