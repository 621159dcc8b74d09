import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../../scripts/bootstrap/programs.mjs'
import { nodeEnvironment } from '../../src/testing/node-environment.ts'
import { scratch } from '../../src/testing/server-process.ts'
import { certificates } from '../tls.ts'
import { cannotRun, type Registry, serve, startRegistry, tokenFor, unless } from './oci-registry.ts'

const ROOT = join(import.meta.dirname, '../..')
const ZEROS = '0'.repeat(64)
const ZIP = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), Buffer.alloc(300_000, 7)])
const ZIP_SUM = createHash('sha256').update(ZIP).digest('hex')

describe.skipIf(cannotRun || findProgram('openssl') === null)(
  `storectl release resolve with a real registry${unless}`,
  () => {
    let folder = ''
    let registry: Registry
    let zips: { url: string; authorityFile: string; close(): void }
    let template = ''
    let closedPort = 0
    let tls: ReturnType<typeof certificates>
    const digests = { wordpress: '', wordpressCli: '', mariadb: '' }

    beforeAll(async () => {
      folder = await scratch()
      tls = certificates('DNS:localhost')
      const authorityFile = join(folder, 'authority.crt')
      await writeFile(authorityFile, tls.authority)
      const server = createServer({ key: tls.key, cert: tls.cert }, (request, response) => {
        response.statusCode = request.url === '/woocommerce.11.1.0.zip' ? 200 : 404
        response.end(response.statusCode === 200 ? ZIP : 'no')
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const url = `https://localhost:${(server.address() as AddressInfo).port}`
      zips = { url, authorityFile, close: () => void server.close() }
      const closed = await serve(() => {})
      closedPort = closed.port
      closed.close()
      registry = await startRegistry(join(folder, 'registry'))
      digests.wordpress = await registry.pushIndex('wordpress', '7.1.0-php8.3-apache', 'oci', [
        'amd64',
        'arm64',
      ])
      digests.wordpressCli = await registry.pushIndex('wordpress', 'cli-2.12.0-php8.3', 'docker', [
        'amd64',
        's390x',
      ])
      digests.mariadb = await registry.pushImage('team/mariadb', '11.8')
      template = await readFile(join(ROOT, 'gitops-repo-template/platform.yaml'), 'utf8')
    })
    afterAll(async () => {
      await registry?.close()
      zips?.close()
      await rm(folder, { recursive: true, force: true })
    })

    let clone = ''
    let count = 0
    beforeEach(async () => {
      clone = join(folder, `clone-${(count += 1)}`)
      await mkdir(clone)
    })

    /** platform.yaml of the template with the images and the zip of the test servers. */
    const platform = (host = registry.host, zip = `${zips.url}/woocommerce.11.1.0.zip`) =>
      template
        .replaceAll('wordpress: wordpress:', `wordpress: ${host}/wordpress:`)
        .replaceAll('wordpressCli: wordpress:', `wordpressCli: ${host}/wordpress:`)
        .replaceAll('mariadb: mariadb:', `mariadb: ${host}/team/mariadb:`)
        .replace('https://downloads.wordpress.org/plugin/woocommerce.11.1.0.zip', zip)
        .replace('# pluginHosts: [downloads.wordpress.org]', 'pluginHosts: [localhost]')
    const write = (text: string) => writeFile(join(clone, 'platform.yaml'), text)
    const file = () => readFile(join(clone, 'platform.yaml'), 'utf8')
    const resolved = (text: string) =>
      text
        .replace(`-apache@sha256:${ZEROS}`, `-apache@sha256:${digests.wordpress}`)
        .replace(
          `cli-2.12.0-php8.3@sha256:${ZEROS}`,
          `cli-2.12.0-php8.3@sha256:${digests.wordpressCli}`,
        )
        .replace(`mariadb:11.8@sha256:${ZEROS}`, `mariadb:11.8@sha256:${digests.mariadb}`)
        .replace(`sha256: "${ZEROS}"`, `sha256: "${ZIP_SUM}"`)
    function storectl(...words: string[]) {
      return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
        const env = {
          ...nodeEnvironment,
          NODE_EXTRA_CA_CERTS: zips.authorityFile,
        }
        const argv = ['src/cli/storectl.ts', 'release', 'resolve', clone, ...words]
        execFile(process.execPath, argv, { cwd: ROOT, env }, (error, stdout, stderr) =>
          done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
        )
      })
    }

    it('writes the digest of each image and the checksum of the zip and keeps all other bytes', async () => {
      await write(platform())
      const { code, stdout, stderr } = await storectl()
      expect({ code, stderr }).toMatchObject({ code: 0 })
      const now = await file()
      expect(now).toBe(resolved(platform()))
      expect(now).not.toContain(ZEROS)
      expect(stdout.match(/^\+ .*sha256/gm)).toHaveLength(4)
      expect(stdout.match(/^- .*0{64}/gm)).toHaveLength(4)
      expect(stderr).toContain('2 platforms: linux/amd64, linux/arm64')
      expect(stderr).toContain('one platform only')
      expect(stderr).toContain('4 written')
      expect(await readdir(clone)).toEqual(['platform.yaml'])
    })

    it('changes nothing on the second run or with --dry-run', async () => {
      await write(platform())
      const dry = await storectl('--dry-run')
      expect([dry.code, await file()]).toEqual([0, platform()])
      const { stdout } = await storectl()
      expect(dry.stdout).toBe(stdout)
      const before = await file()
      const again = await storectl()
      expect([again.code, again.stdout, await file()]).toEqual([0, '', before])
      expect(again.stderr).toContain('nothing to do')
    })

    it('keeps existing digests, because stores may use them', async () => {
      const own = platform().replace(
        `mariadb:11.8@sha256:${ZEROS}`,
        `mariadb:11.8@sha256:${'a'.repeat(64)}`,
      )
      await write(own)
      expect((await storectl()).code).toBe(0)
      expect(await file()).toBe(resolved(own))
      expect(await file()).toContain('a'.repeat(64))
    })

    it('writes nothing if one image is not found, and prints image, registry, status and fix', async () => {
      const wrong = platform().replace('mariadb:11.8@', 'mariadb:11.9@')
      await write(wrong)
      const { code, stdout, stderr } = await storectl()
      expect([code, stdout, await file()]).toEqual([1, '', wrong])
      expect(stderr).toContain(
        `${registry.host}/team/mariadb:11.9 (#/releases/2026.11/images/mariadb): registry ${registry.host} has no team/mariadb:11.9 (404)`,
      )
      expect(stderr).toContain('-> Correct the image name or tag')
      expect(stderr).toContain('Nothing was written: 1 of 4')
    })

    it.each([
      [
        'a missing zip',
        () => platform(registry.host, `${zips.url}/none.zip`),
        /localhost:\d+ returned status 404/,
      ],
      [
        'a registry that is down',
        () => platform(`127.0.0.1:${closedPort}`),
        /127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/,
      ],
      ['an invalid platform.yaml', () => 'kind: Store\n', /is not valid/],
    ])('does not change the file with %s', async (_what, text, expected) => {
      const given = text()
      await write(given)
      const { code, stderr } = await storectl()
      expect([code, await file()]).toEqual([1, given])
      expect(stderr).toMatch(expected)
      expect(stderr).not.toMatch(/\bat .*\.ts/)
    })

    it('does not write through a symbolic link and reports a folder without platform.yaml', async () => {
      await writeFile(join(folder, 'elsewhere.yaml'), platform())
      await symlink(join(folder, 'elsewhere.yaml'), join(clone, 'platform.yaml'))
      expect(await storectl()).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('is a link') as string,
      })
      expect(await readFile(join(folder, 'elsewhere.yaml'), 'utf8')).toBe(platform())
      await rm(join(clone, 'platform.yaml'))
      expect((await storectl()).stderr).toContain('cannot be read')
    })

    it('reads a registry that issues anonymous tokens', async () => {
      const asked: string[] = []
      const issuer = await serve((request, response) => {
        const url = new URL(request.url ?? '', 'http://h')
        asked.push(`${url.searchParams.get('service')} ${url.searchParams.get('scope')}`)
        const scope = url.searchParams.get('scope') ?? ''
        response.end(JSON.stringify({ token: tokenFor('test-registry', scope, tls.key, tls.cert) }))
      })
      const realm = `http://127.0.0.1:${issuer.port}/token`
      const guarded = await startRegistry(
        join(folder, 'guarded'),
        { realm, service: 'test-registry', authority: tls.authority },
        join(folder, 'registry'),
      )
      try {
        const direct = await fetch(
          `http://${guarded.host}/v2/wordpress/manifests/cli-2.12.0-php8.3`,
        )
        expect(direct.status).toBe(401)
        await write(platform(guarded.host))
        expect(await storectl()).toMatchObject({ code: 0 })
        expect(await file()).toBe(resolved(platform(guarded.host)))
        expect(asked).toContain('test-registry repository:team/mariadb:pull')
      } finally {
        await guarded.close()
        issuer.close()
      }
    })
  },
)
