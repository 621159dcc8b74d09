import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { containerd } from './pods.ts'

const run = promisify(execFile)
const LAYER = 'application/vnd.oci.image.layer.v1.tar'

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}
interface Manifest {
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}
interface Config {
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] }
}

/**
 * Creates an image on the node: `base` plus a layer that replaces the file of trusted certificates
 * by `certificate`. A company with a private mirror certificate would do the same. Returns
 * `name:tag@digest`.
 */
export async function withCertificate(
  base: string,
  certificate: string,
  folder: string,
): Promise<string> {
  const layout = join(folder, 'layout')
  const blob = (digest: string) => join(layout, 'blobs/sha256', digest.replace('sha256:', ''))
  const json = async <T>(digest: string) => JSON.parse(await readFile(blob(digest), 'utf8')) as T
  const put = async (file: string, mediaType: string): Promise<Descriptor> => {
    const digest = `sha256:${createHash('sha256')
      .update(await readFile(file))
      .digest('hex')}`
    await copyFile(file, blob(digest))
    return { mediaType, digest, size: (await stat(file)).size }
  }
  const putJson = async (value: unknown, mediaType: string) => {
    await writeFile(join(folder, 'json'), JSON.stringify(value))
    return put(join(folder, 'json'), mediaType)
  }
  const digest = base.split('@')[1] ?? ''
  const byDigest = base.replace(/:[^:@]+@/, '@')
  await mkdir(layout)
  await containerd(['images', 'export', join(folder, 'base.tar'), byDigest])
  await run('tar', ['-xf', join(folder, 'base.tar'), '-C', layout])
  const manifest = await json<Manifest>(digest)
  const config = await json<Config>(manifest.config.digest)
  const layer = await put(await layerOf(certificate, folder), LAYER)
  const diffs = [...config.rootfs.diff_ids, layer.digest]
  const newConfig = await putJson(
    { ...config, rootfs: { ...config.rootfs, diff_ids: diffs } },
    manifest.config.mediaType,
  )
  const newManifest = await putJson(
    { ...manifest, config: newConfig, layers: [...manifest.layers, layer] },
    'application/vnd.oci.image.manifest.v1+json',
  )
  const name = `${base.split(/:[^:@]+@/)[0]}:trusting`
  const annotations = { 'io.containerd.image.name': name }
  const index = { schemaVersion: 2, manifests: [{ ...newManifest, annotations }] }
  await writeFile(join(layout, 'index.json'), JSON.stringify(index))
  await run('tar', ['-cf', join(folder, 'new.tar'), '-C', layout, '.'])
  await containerd(['images', 'import', join(folder, 'new.tar')])
  const pinned = `${name.split(':trusting')[0]}@${newManifest.digest}`
  await containerd(['images', 'tag', '--force', name, pinned])
  return `${name}@${newManifest.digest}`
}

/** A layer with one file, as a tar. */
async function layerOf(certificate: string, folder: string): Promise<string> {
  const path = 'etc/ssl/certs/ca-certificates.crt'
  await mkdir(join(folder, 'layer/etc/ssl/certs'), { recursive: true })
  await writeFile(join(folder, 'layer', path), certificate)
  const tar = join(folder, 'layer.tar')
  await run('tar', ['-cf', tar, '-C', join(folder, 'layer'), '--owner=0', '--group=0', path])
  return tar
}
