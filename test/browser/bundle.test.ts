import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const DIST = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))

describe('the built dashboard', () => {
  it('first loads at most 200 KB of gzipped JavaScript and 15 KB of CSS, no font, 420 KB in total', async () => {
    const html = await readFile(`${DIST}/index.html`, 'utf8')
    const first = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(
      (match) => match[1] ?? '',
    )
    const assets = (await readdir(`${DIST}/assets`)).map((name) => `assets/${name}`)
    const size = async (names: readonly string[]) => {
      let bytes = 0
      for (const name of names) bytes += gzipSync(await readFile(`${DIST}/${name}`)).length
      return bytes
    }
    const scripts = first.filter((name) => name.endsWith('.js'))
    expect(scripts.length).toBeGreaterThan(0)
    expect(await size(scripts)).toBeLessThanOrEqual(200 * 1024)
    expect(await size(first.filter((name) => name.endsWith('.css')))).toBeLessThanOrEqual(15 * 1024)
    expect(await size(assets.filter((name) => name.endsWith('.js')))).toBeLessThanOrEqual(
      420 * 1024,
    )
    expect(assets.filter((name) => /\.(?:woff2?|ttf|map)$/.test(name))).toEqual([])
  })

  it('loads the schemas of the forms together with the form', async () => {
    const html = await readFile(`${DIST}/index.html`, 'utf8')
    const assets = (await readdir(`${DIST}/assets`)).filter((name) => name.endsWith('.js'))
    // An issue code of zod is a string, so no minifier renames it (zod 4, v4/core/errors.ts).
    const texts = await Promise.all(
      assets.map(async (name) => ({
        name,
        text: await readFile(`${DIST}/assets/${name}`, 'utf8'),
      })),
    )
    const withZod = texts
      .filter(({ text }) => text.includes('invalid_union'))
      .map(({ name }) => name)
    expect(withZod.length).toBeGreaterThan(0)
    expect(withZod.filter((name) => html.includes(name))).toEqual([])
  })
})
