import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { settings } from '../src/server/settings.ts'

const ROOT = join(import.meta.dirname, '..')

/** Rows of the table: variables, defaults. */
async function rows() {
  const text = await readFile(join(ROOT, 'docs/settings.md'), 'utf8')
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, names = '', defaults = '']) => ({
      names: [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name),
      defaults: defaults.split(', '),
    }))
}

it('docs/settings.md names every setting once, and nothing that is none', async () => {
  const named = (await rows()).flatMap(({ names }) => names)
  expect(named.toSorted()).toEqual(
    Object.values(settings)
      .map(({ env }) => env)
      .toSorted(),
  )
})

it('docs/settings.md shows each default that a setting has', async () => {
  const byName = new Map(
    (await rows()).flatMap(({ names, defaults }) =>
      names.map((name, at) => [name, defaults[at] ?? defaults.at(-1) ?? ''] as const),
    ),
  )
  const wrong = Object.values(settings).flatMap((setting) => {
    const fallback = setting.fallback === null ? '' : setting.print(setting.fallback as never)
    const told = byName.get(setting.env) ?? ''
    // The README may give a duration in minutes, and a computed default in words.
    if (!told.startsWith('`') || setting.fallback === null) return []
    return told === `\`${fallback}\`` || (told === '`3m`' && fallback === '180s')
      ? []
      : [`${setting.env}: ${told}`]
  })
  expect(wrong).toEqual([])
})
