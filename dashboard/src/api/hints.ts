import type { Problem } from '@storewright/contract/problem.ts'
import { API_WORDS } from '@storewright/contract/words.ts'

/** Hints in terms of the dashboard, for codes whose hint names parts of the API. */
const hints: Partial<Record<Problem['code'], string>> = {
  invalid_request: 'Correct the fields that are marked.',
  invalid_query: 'Correct or clear the filters.',
  invalid_store: 'Correct the fields that are marked.',
  exchange_refused: 'An administrator can correct ciBindings in the configuration.',
  unauthenticated: 'Sign in again.',
  login_failed: 'Sign in again.',
  forbidden: 'Ask an administrator for the permission.',
  store_not_found: 'Go to the list of stores. It can show deleted stores too.',
  operation_not_found: 'Operations are kept for 25 hours. Older changes are on the page Activity.',
  check_not_found: 'Reload the page.',
  token_not_found: 'Reload the page.',
  method_not_allowed: 'Reload the page. If it happens again, report it as a bug.',
  name_taken: 'Choose another name, or open the store that has it.',
  purge_stuck: 'Look at the store in Argo CD, or purge it again and accept the loss of its data.',
  revert_conflict: 'Undo the later change first, or restore the state before this change.',
  mass_delete_brake:
    'Wait until fewer stores were deleted in the last hour, or enter a reason and how many stores go in all.',
  precondition_failed: 'Compare the other change with yours, then save again.',
  precondition_required: 'Reload the page, then make the change again.',
  unsupported_media_type: 'Reload the page. If it happens again, report it as a bug.',
  data_loss_unacknowledged: 'Accept the loss of its data, or keep the store.',
  idempotency_key_reused: 'Try again.',
  too_many_streams: 'Close other tabs of this page. It keeps polling meanwhile.',
  writer_busy: 'Try again. A repeated request is written only once.',
  git_timeout: 'Try again. A repeated request is written only once.',
  history_rewritten: 'An administrator must look at the stores repo before anything is written.',
  status_unavailable: 'Check the connection to Argo CD. What Git declares is still shown.',
}

/** The hint of a problem for the dashboard, without routes, headers or members of the API. */
export function hintOf({ code, hint }: Pick<Problem, 'code' | 'hint'>): string {
  if (!API_WORDS.test(hint)) return hint
  return hints[code] ?? 'Reload the page and try again.'
}
