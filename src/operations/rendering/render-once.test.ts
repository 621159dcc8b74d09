import { expect, it } from 'vitest'
import { testPlatform } from '../../testing/platform.ts'
import { storeFile } from '../../testing/records.ts'
import { renderOnce } from './render-once.ts'
import { renderStore } from './render-store.ts'

const platform = testPlatform()
const store = storeFile({ name: 'shop' })

it('returns the same map for equal intents on one platform', () => {
  const render = renderOnce()
  const first = render(store, platform, { comment: '# mine\n' })
  expect(render({ ...store }, platform, { comment: '# mine\n' })).toBe(first)
  expect(first).toEqual(renderStore(store, platform, { comment: '# mine\n' }))
})

it.each([
  ['intent', { ...store, title: 'Other' }, platform, {}],
  ['platform', store, testPlatform((yaml) => `${yaml}scheme: https\n`), {}],
  ['comment', store, platform, { comment: '# mine\n' }],
  ['generator', store, platform, { before: { tree: 'a'.repeat(40), generator: '0.0.1' } }],
])('renders again for another %s', (_what, nextStore, nextPlatform, context) => {
  const render = renderOnce()
  const first = render(store, platform)
  const second = render(nextStore, nextPlatform, context)
  expect(second).not.toBe(first)
  expect(second).toEqual(renderStore(nextStore, nextPlatform, context))
})
