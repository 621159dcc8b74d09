import { expect, it } from 'vitest'
import { mergeProblems, problemOf, problemsOfForm } from './problems.ts'

it('finds what is wrong in nested fields', () => {
  const errors = {
    name: { type: 'invalid_format', message: 'no' },
    site: { country: { type: 'invalid_format', message: 'two letters' } },
    labels: { 'a/b': { type: 'custom', message: 'not a key' } },
  }
  expect(problemsOfForm(errors as never)).toEqual([
    { field: 'name', detail: 'no' },
    { field: 'site.country', detail: 'two letters' },
    { field: 'labels', detail: 'not a key' },
  ])
})

it('lets the form speak before the server, and the first answer before the second', () => {
  const problems = mergeProblems(
    [{ field: 'plan', detail: 'form' }],
    [
      { pointer: '#/plan', detail: 'server' },
      { pointer: '#/name', detail: 'is taken' },
    ],
    [{ pointer: '#/name', detail: 'again' }],
  )
  expect(problemOf(problems, 'plan')).toBe('form')
  expect(problemOf(problems, 'name')).toBe('is taken')
  expect(problems).toHaveLength(2)
})
