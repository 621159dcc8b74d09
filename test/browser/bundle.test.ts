import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const DIST = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))

describe('the built dashboard', () => {
  it('loads at most 200 KB of gzipped JavaScript and 15 KB of CSS first, no font, and 420 KB in all', async () => {
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
    const zod = scripts.map((name) => name)
    for (const name of zod)
      expect(await readFile(`${DIST}/${name}`, 'utf8')).not.toContain('ZodError')
  })
})
