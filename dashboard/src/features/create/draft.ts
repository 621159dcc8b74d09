import { type CreateForm, emptyForm } from './form.ts'

const KEY = 'storewright.create'

/**
 * Data that survives a reload of this tab. It contains no secret, because passwords are created in
 * the cluster.
 */
export interface Draft {
  readonly form: CreateForm
  /** Idempotency key and the body it was created for. `null` before the first attempt. */
  readonly attempt: { readonly key: string; readonly body: string } | null
}

export function loadDraft(): Draft {
  try {
    const draft = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Draft> | null
    return {
      form: { ...emptyForm, ...draft?.form },
      attempt: draft?.attempt ?? null,
    }
  } catch {
    return { form: emptyForm, attempt: null }
  }
}

export function saveDraft(draft: Draft): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft))
  } catch {
    // Storage is full or blocked. The draft is lost on reload.
  }
}

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(KEY)
  } catch {
    // Storage is blocked.
  }
}

/**
 * Returns the key of the last attempt if the body is the same, or else a new one. A retry never
 * creates a second store.
 */
export function attemptFor(
  body: string,
  last: Draft['attempt'],
  newKey: () => string,
): NonNullable<Draft['attempt']> {
  return last !== null && last.body === body ? last : { key: newKey(), body }
}
