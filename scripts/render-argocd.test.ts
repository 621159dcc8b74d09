import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { argoCdFiles } from './render-argocd.ts'

const files = await argoCdFiles()

describe('argoCdFiles', () => {
  it.each([...files])(
    '%s matches what the constructs render (to update it: npm run argocd)',
    async (path, text) => {
      expect(await readFile(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text)
      const documents = parseAllDocuments(text).map((document) => document.toJS() as object)
      expect(documents.length).toBeGreaterThan(0)
      for (const document of documents) expect(document).toHaveProperty('kind')
    },
  )

  it('writes every example', () => {
    expect([...files.keys()]).toEqual([
      'argocd/rbac.yaml',
      'argocd/projects/stores.yaml',
      'argocd/admission-policy.yaml',
      'argocd/application-set.yaml',
    ])
  })
})
