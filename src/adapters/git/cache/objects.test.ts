import { describe, expect, it, onTestFinished } from 'vitest'
import { createBareRemote } from '../../../testing/bare-remote.ts'
import { storeFiles } from '../../../testing/writes.ts'
import { folderIds, parseTree, treeId } from './objects.ts'

describe('folderIds', () => {
  it.each(['sha1', 'sha256'] as const)(
    'equals the ids of git in a %s repository',
    async (format) => {
      const remote = await createBareRemote({ objectFormat: format })
      onTestFinished(() => remote.remove())
      const files = storeFiles('acme', 'shop-1', 'Grüße')
      // `manifests.txt` sorts before the folder `manifests`, which git sorts as `manifests/`.
      files.set('manifests.txt', new Uint8Array([0, 255, 10]))
      files.set('manifests-2.yaml', new Uint8Array())
      const decoder = new TextDecoder('latin1')
      const plain = new Map([...files].map(([path, bytes]) => [path, decoder.decode(bytes)]))
      for (const [path, text] of plain) files.set(path, new TextEncoder().encode(text))
      await remote.commit(
        Object.fromEntries(
          Array.from(plain, ([path, text]) => [`stores/acme/shop-1/${path}`, text]),
        ),
      )
      const idOf = async (path: string) =>
        (await remote.git(['rev-parse', `main:stores/acme/shop-1${path}`])).trim()
      expect(folderIds(files, format)).toEqual({
        folder: await idOf(''),
        manifests: await idOf('/manifests'),
        intentBlob: await idOf('/store.yaml'),
      })
    },
  )
})

describe('treeId', () => {
  it('equals the id of git for an empty tree', () => {
    expect(treeId([], 'sha1')).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904')
  })
})

describe('parseTree', () => {
  it('throws on a truncated tree', () => {
    expect(() => parseTree(Buffer.from('100644 name\0short'), 'sha1')).toThrow('truncated')
  })
})
