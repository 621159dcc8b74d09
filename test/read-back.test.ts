import fc from 'fast-check'
import { expect, it } from 'vitest'
import { printYaml } from '../constructs/index.ts'
import { parseStoreFile, readBack, storeDocument } from '../src/repo-files/store-file.ts'
import { storeFile } from '../src/testing/records.ts'

it('readBack returns the value that parsing the printed store.yaml gives', () => {
  const good = fc.constantFrom(
    'Mug & Pot: no',
    ' Café e\u0301 ',
    "it's 10 o'clock",
    '0x1F is a number',
  )
  const word = fc.oneof({ weight: 20, arbitrary: good }, fc.string({ unit: 'binary' }))
  const key = fc.oneof({ weight: 9, arbitrary: fc.constantFrom('a', 'n') }, word)
  const printed = fc
    .record(
      {
        title: word,
        owner: fc.constantFrom('local:a', '123', 'null', 'no@mail'),
        pin: fc.record({ until: fc.constant('2027-01-31'), reason: word }),
        labels: fc.dictionary(key, fc.constantFrom('1', 'yes', '~'), { maxKeys: 2 }),
        domains: fc.array(fc.constantFrom('a.example', 'b.example', 'c.example'), {
          maxLength: 2,
        }),
        cache: fc.boolean(),
        storage: fc.record({
          uploads: fc.constantFrom(1, 5, 20, Number.NaN),
          database: fc.constantFrom(1, 2),
          uploadsAccess: fc.constantFrom('RWO', 'RWX'),
        }),
        lifecycle: fc.record(
          { state: fc.constantFrom('active', 'suspended'), reason: word },
          { requiredKeys: ['state'] },
        ),
      },
      { requiredKeys: [] },
    )
    .map((change) => storeFile(change as never))
  let read = 0
  fc.assert(
    fc.property(printed, (store) => {
      const text = () => printYaml(storeDocument(store))
      const back = readBack(store)
      if (back === undefined) return
      read += 1
      expect(parseStoreFile(text()).value).toStrictEqual(back)
    }),
    { numRuns: 2000 },
  )
  expect(read).toBeGreaterThan(200)
})
