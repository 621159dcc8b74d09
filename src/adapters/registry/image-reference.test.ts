import { expect, it } from 'vitest'
import { imageSource } from './image-reference.ts'

it.each([
  ['wordpress:7', 'https://registry-1.docker.io', 'library/wordpress', '7'],
  ['bitnami/wordpress:7', 'https://registry-1.docker.io', 'bitnami/wordpress', '7'],
  ['docker.io/wordpress:7', 'https://registry-1.docker.io', 'library/wordpress', '7'],
  ['index.docker.io/a/b:7', 'https://registry-1.docker.io', 'a/b', '7'],
  ['ghcr.io/a/b/c:v1.2', 'https://ghcr.io', 'a/b/c', 'v1.2'],
  ['registry.example:5000/a:x', 'https://registry.example:5000', 'a', 'x'],
  ['localhost/a:x', 'http://localhost', 'a', 'x'],
  ['localhost:5000/a/b:x', 'http://localhost:5000', 'a/b', 'x'],
  ['127.0.0.1:5000/a:x', 'http://127.0.0.1:5000', 'a', 'x'],
  ['localhost.example/a:x', 'https://localhost.example', 'a', 'x'],
])('resolves %s to %s, repository %s, tag %s', (reference, origin, repository, tag) => {
  expect(imageSource(reference)).toMatchObject({ origin, repository, tag })
})
