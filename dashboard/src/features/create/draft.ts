import { type CreateForm, emptyForm } from './form.ts'

const KEY = 'storewright.create'

/** What survives a reload of this tab. It holds no secret: passwords are made in the cluster. */
export interface Draft {
  readonly form: CreateForm
  /** Idempotency key and the body it was made for; `null` before the first attempt. */
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
    // Storage is full or blocked: the draft lives as long as the page.
  }
}

export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(KEY)
  } catch {
    // As above.
  }
}

/** The key of the last attempt while the body is the same, else a new one: a retry never makes a second store. */
export function attemptFor(
  body: string,
  last: Draft['attempt'],
  newKey: () => string,
): NonNullable<Draft['attempt']> {
  return last !== null && last.body === body ? last : { key: newKey(), body }
}
