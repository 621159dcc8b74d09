import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const FOLDER = join(ROOT, 'docs/how-to')
const pages = readdirSync(FOLDER).filter((name) => name.startsWith('add-'))

it.each(pages)('%s names files and folders that exist', (page) => {
  const text = readFileSync(join(FOLDER, page), 'utf8')
  const named = [...text.matchAll(/`((?:src|dashboard|constructs|test|docs)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  )
  expect(named.length).toBeGreaterThan(2)
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

it('the index of the how-to pages lists every page', () => {
  const index = readFileSync(join(FOLDER, 'README.md'), 'utf8')
  expect(pages.length).toBeGreaterThan(4)
  expect(pages.filter((page) => !index.includes(`](${page})`))).toEqual([])
})
