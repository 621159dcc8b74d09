import { zodResolver } from '@hookform/resolvers/zod'
import type { PlatformView } from '@storewright/contract/platform.ts'
import type { StoreCreate } from '@storewright/contract/store.ts'
import { useQuery } from '@tanstack/react-query'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { FormProvider, useForm, useWatch } from 'react-hook-form'
import { asFailure } from '../../api/failure.ts'
import { previewQuery } from '../../api/queries.ts'
import { Button } from '../../ui/button.tsx'
import { usePaced } from '../../ui/use-paced.ts'
import { writeRefusal, WriteState } from '../../ui/write-state.tsx'
import { useWriteRefusal } from '../../ui/writes.ts'
import { BasicFields } from './basic-fields.tsx'
import { loadDraft, saveDraft } from './draft.ts'
import { ErrorSummary } from './error-summary.tsx'
import { type CreateForm as Form, CreateSchema } from './form.ts'
import { OptionFields } from './option-fields.tsx'
import { PlanCards } from './plan-cards.tsx'
import { PreviewRail } from './preview-rail.tsx'
import {
  isToldByFields,
  mergeProblems,
  problemsOfFailure,
  problemsOfForm,
  stillTrue,
} from './problems.ts'
import { useCreate } from './use-create.ts'

const QUIET_MS = 300
const APART_MS = 500
const RETRY_MS = 2000

export function CreateForm({ platform }: { readonly platform: PlatformView }) {
  const [draft] = useState(loadDraft)
  const form = useForm<Form, unknown, StoreCreate>({
    defaultValues: {
      ...draft.form,
      plan: draft.form.plan === '' ? platform.defaults.plan : draft.form.plan,
    },
    resolver: zodResolver(CreateSchema),
    mode: 'onChange',
    shouldFocusError: false,
  })
  const attempt = useRef(draft.attempt)
  const create = useCreate(attempt)
  const refusal = useWriteRefusal('stores:write')
  const summary = useRef<HTMLDivElement>(null)
  const typed = useWatch({ control: form.control }) as Form
  useEffect(() => saveDraft({ form: typed, attempt: attempt.current }), [typed])

  const preview = usePreview(typed, create.write.pending)
  const [sent, setSent] = useState(typed)
  const { failure } = create.write
  const problems = mergeProblems(
    problemsOfForm(form.formState.errors),
    problemsOfFailure(preview.failure),
    stillTrue(problemsOfFailure(failure), sent, typed),
  )
  // The response reaches the fields in a later render than the end of the request.
  const [attempts, setAttempts] = useState(0)
  const focused = useRef(0)
  useEffect(() => {
    if (attempts === focused.current || problems.length === 0) return
    focused.current = attempts
    focusProblem(summary)
  }, [attempts, problems])
  const submit = form.handleSubmit(
    async (request) => {
      setSent(form.getValues())
      await create.start(request)
      setAttempts((count) => count + 1)
    },
    () => setAttempts((count) => count + 1),
  )
  return (
    <FormProvider {...form}>
      <div className="grid items-start gap-6 md:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
        <form
          noValidate
          onChange={() => {
            focused.current = attempts
          }}
          onSubmit={(event) => {
            event.preventDefault()
            if (writeRefusal(create.write, refusal) === null) void submit()
          }}
          className="grid min-w-0 gap-6"
        >
          <ErrorSummary ref={summary} problems={form.formState.isSubmitted ? problems : []} />
          <BasicFields platform={platform} problems={problems} />
          <PlanCards plans={platform.plans} problems={problems} />
          <OptionFields platform={platform} problems={problems} />
          {(failure === null || !isToldByFields(failure)) && (
            <WriteState write={create.write} unknown="The store may exist" />
          )}
          <div className="flex flex-wrap items-center gap-3">
            <Button type="submit" look="primary" refusal={writeRefusal(create.write, refusal)}>
              {create.write.pending ? 'Committing…' : 'Create store'}
            </Button>
            <p className="text-sm text-muted">
              One commit to the stores repo; Argo CD does the rest.
            </p>
          </div>
        </form>
        <PreviewRail preview={preview} typed={typed} platform={platform} />
      </div>
    </FormProvider>
  )
}

/** Focuses the summary if there are several problems, or else the invalid field. */
function focusProblem(summary: RefObject<HTMLElement | null>): void {
  const wrong = document.querySelector<HTMLElement>('#main [aria-invalid=true]')
  ;(summary.current ?? wrong)?.focus()
}

/**
 * Preview of the create while the input is valid.
 * @param creating this form is creating the store, so a preview would report the name as taken
 */
function usePreview(typed: Form, creating: boolean) {
  const parsed = CreateSchema.safeParse(typed)
  const paced = usePaced(parsed.success ? parsed.data : null, QUIET_MS, APART_MS)
  const query = useQuery({
    ...previewQuery(paced ?? { name: 'a' }),
    enabled: paced !== null && !creating,
    // Without a response the page retries, as the panel states.
    refetchInterval: ({ state }) =>
      state.error !== null && asFailure(state.error).status === 0 ? RETRY_MS : false,
  })
  return {
    /** The newest result. It belongs to older input while `fresh` is false. */
    reply: query.data ?? null,
    fresh: parsed.success && !query.isPlaceholderData && !query.isError && query.data !== undefined,
    failure: query.error === null || paced === null ? null : asFailure(query.error),
    retry: () => void query.refetch(),
  }
}

export type LivePreview = ReturnType<typeof usePreview>
