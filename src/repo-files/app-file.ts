import { AppFile } from '../contract/app-file.ts'

/** Reads app.json; `null` when it is no JSON object with every key. */
export function parseAppFile(text: string): AppFile | null {
  try {
    return AppFile.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** Sorted keys, two spaces, final newline: one input, one text. */
export function printAppFile(app: AppFile): string {
  const entries = Object.entries(app).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
}
