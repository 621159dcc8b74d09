import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import requireCluster from '../cluster/require-cluster.ts'
import { table } from './figures.ts'
import { type NodeImages, readImages } from './images.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** If `null`, there is no node, and every test of the suite is skipped. */
    shopImages: NodeImages | null
    /** File that collects the figures, one JSON object per line. */
    figuresFile: string
  }
}

const NEEDED = ['KUBECONFIG', 'ARGOCD_WEBHOOK_URLS', 'ARGOCD_WEBHOOK_SECRET', 'SHOP_IMAGES']

/** Prints one line with the reason if the suite is skipped, or the figures when it has ended. */
export default async function nodeOrSkip(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'storewright-figures-'))
  const file = join(folder, 'figures')
  const missing = await whatIsMissing()
  project.provide('figuresFile', file)
  project.provide('shopImages', missing === null ? await readImages(imagesFile()) : null)
  if (missing === null) await requireCluster()
  else process.stdout.write(`\nshop suite: SKIPPED, ${missing}\n\n`)
  return async () => {
    const lines = await readFile(file, 'utf8').catch(() => '')
    if (lines !== '') process.stdout.write(`\n${table(lines, loadavg()[1] ?? 0)}\n`)
    await rm(folder, { recursive: true, force: true })
  }
}

const imagesFile = () => process.env['SHOP_IMAGES'] ?? ''

async function whatIsMissing(): Promise<string | null> {
  const how =
    'A cluster with Argo CD and one node that runs pods is needed, in the network of that node, with the ' +
    "images of a shop on it; the file SHOP_IMAGES lists them (test/shop/README.md). 'npm test' needs none of this."
  const unset = NEEDED.filter((name) => (process.env[name] ?? '') === '')
  if (unset.length > 0) return `not set: ${unset.join(', ')}. ${how}`
  const listed = await readFile(imagesFile(), 'utf8').catch(() => '')
  return listed === '' ? `${imagesFile()} lists no image. ${how}` : null
}
