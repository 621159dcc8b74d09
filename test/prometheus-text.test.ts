import { expect, it } from 'vitest'
import { parsePrometheus, valueOf } from './prometheus-text.ts'

const gauge = (samples: string) => `# HELP g a gauge\n# TYPE g gauge\n${samples}\n`
const histogram = (samples: string) => `# HELP h seconds\n# TYPE h histogram\n${samples}\n`

it('the parser of the tests reads labels with escapes, infinity and histograms', () => {
  const text =
    gauge('g{a="x\\"\\\\\\n",b=""} +Inf') +
    histogram('h_bucket{le="0.5"} 1\nh_bucket{le="+Inf"} 3\nh_sum 2.5e-3\nh_count 3')
  const families = parsePrometheus(text)
  expect(valueOf(families, 'g', { a: 'x"\\\n', b: '' })).toBe(Infinity)
  expect(valueOf(families, 'h_sum')).toBe(0.0025)
  expect(families.get('h')).toMatchObject({ type: 'histogram', help: 'seconds' })
})

it.each([
  ['a last line without an end', 'x', /does not end/],
  ['a sample without its type', 'g 1\n', /misplaced/],
  ['a type without help', '# TYPE g gauge\ng 1\n', /misplaced/],
  ['an unknown type', '# HELP g x\n# TYPE g number\ng 1\n', /misplaced|no name/],
  ['a family in two places', gauge('g 1') + gauge('g{a="x"} 1'), /misplaced/],
  ['a sample of another family', gauge('other 1'), /misplaced/],
  ['a series twice', gauge('g{a="1",b="2"} 1\ng{b="2",a="1"} 1'), /twice/],
  ['a label twice', gauge('g{a="1",a="2"} 1'), /wrong labels/],
  ['an unknown escape', gauge('g{a="\\x"} 1'), /wrong labels/],
  ['an open brace', gauge('g{a="1" 1'), /wrong labels/],
  ['a word as value', gauge('g Nan'), /wrong value/],
  ['no value', gauge('g'), /wrong value/],
  ['a negative counter', '# HELP c x\n# TYPE c counter\nc -1\n', /negative/],
  [
    'buckets that fall',
    histogram('h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1'),
    /add up/,
  ],
  ['no last bucket', histogram('h_bucket{le="1"} 1\nh_sum 1\nh_count 1'), /add up/],
  ['a count beside the buckets', histogram('h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2'), /add up/],
  ['no sum', histogram('h_bucket{le="+Inf"} 1\nh_count 1'), /add up/],
])('the parser of the tests refuses %s', (_what, text, why) => {
  expect(() => parsePrometheus(text)).toThrow(why)
})
