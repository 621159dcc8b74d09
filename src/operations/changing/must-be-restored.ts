import { StoreError } from '../../domain/errors.ts'

/** A deleted store needs room within the limits, which only a restore checks. */
export function mustBeRestored(lifecycle: string, wanted: string): StoreError {
  return new StoreError('lifecycle_conflict', `a deleted store cannot be ${wanted}`, {
    extra: { lifecycle },
    hint: 'Restore the store first.',
  })
}
