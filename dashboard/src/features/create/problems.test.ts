import { expect, it } from 'vitest'
import { RequestFailure } from '../../api/failure.ts'
import { emptyForm } from './form.ts'
import {
  isToldByFields,
  mergeProblems,
  problemOf,
  problemsOfFailure,
  problemsOfForm,
  stillTrue,
} from './problems.ts'

const refusal = (code: 'name_taken' | 'invalid_store', ...pointers: string[]) =>
  new RequestFailure(
    { code, title: 'Refused', detail: 'refused', hint: 'Choose another name.' },
    { errors: pointers.map((pointer) => ({ pointer, detail: 'is taken' })) },
  )

it('finds problems of nested fields, as sentences', () => {
  const errors = {
    name: { type: 'invalid_format', message: 'must start with a letter' },
    site: { country: { type: 'invalid_format', message: 'two letters' } },
    labels: { 'a/b': { type: 'custom', message: 'is not a key' } },
  }
  expect(problemsOfForm(errors as never)).toEqual([
    { field: 'name', detail: 'Name must start with a letter.' },
    { field: 'site.country', detail: 'Two letters.' },
    { field: 'labels', detail: 'Labels is not a key.' },
  ])
})

it('shows one problem per field, the form before the server', () => {
  const problems = mergeProblems(
    [{ field: 'plan', detail: 'Form.' }],
    [
      { field: 'plan', detail: 'Server.' },
      { field: 'name', detail: 'First.' },
    ],
    [{ field: 'name', detail: 'Second.' }],
  )
  expect(problemOf(problems, 'plan')).toBe('Form.')
  expect(problemOf(problems, 'name')).toBe('First.')
  expect(problems).toHaveLength(2)
})

it('adds the hint if a refusal has one problem, not if it has several', () => {
  expect(problemsOfFailure(refusal('name_taken', '#/name'))).toEqual([
    { field: 'name', detail: 'Name is taken. Choose another name.' },
  ])
  expect(problemsOfFailure(refusal('invalid_store', '#/name'))[0]?.detail).toBe('Name is taken.')
  expect(problemsOfFailure(refusal('name_taken', '#/name', '#/team'))[0]?.detail).toBe(
    'Name is taken.',
  )
})

it('drops the problem of a field once its value has changed', () => {
  const problems = problemsOfFailure(refusal('invalid_store', '#/name', '#/site/country', '#'))
  const sent = { ...emptyForm, name: 'shop' }
  const typed = { ...sent, name: 'shop-2' }
  expect(stillTrue(problems, sent, typed).map(({ field }) => field)).toEqual(['site.country', null])
  expect(stillTrue(problems, sent, sent)).toHaveLength(3)
})

it('needs no panel if the fields show every problem', () => {
  expect(isToldByFields(refusal('name_taken', '#/name'))).toBe(true)
  expect(isToldByFields(refusal('name_taken', '#/name', '#'))).toBe(false)
  expect(isToldByFields(refusal('name_taken'))).toBe(false)
})
