import type { Problem } from '../contract/problem.ts'
import { API_WORDS } from '../contract/words.ts'

/** Hints as commands, for codes whose hint names parts of the API. */
const hints: Partial<Record<Problem['code'], string>> = {
  invalid_request: 'Correct the values listed above.',
  invalid_query: 'Correct the options listed above.',
  invalid_store: 'Correct the values listed above.',
  unauthenticated: 'Set STORECTL_TOKEN to a token, or STORECTL_TOKEN_FILE to a file that holds it.',
  exchange_refused:
    'Correct what the message names: the token that the job asks for, or ciBindings of the server.',
  forbidden: 'storectl whoami shows what you may do.',
  store_not_found: 'storectl list shows the stores that exist.',
  operation_not_found: 'Operations are kept for 25 hours. storectl audit shows older changes.',
  token_not_found: 'storectl token list shows every id.',
  check_not_found: 'storectl doctor shows every check.',
  method_not_allowed: 'Use a storectl of the same version as the server.',
  name_taken: 'Choose another name. storectl get NAME shows the store that has it.',
  purge_stuck:
    'Look at the store in Argo CD, or run storectl purge NAME --yes --accept-data-loss again.',
  revert_conflict:
    'Revert the later change first, or use --restore-to with the commit before this one.',
  mass_delete_brake:
    'Wait until fewer stores were deleted in the last hour, or add --allow-mass-delete COUNT and --reason.',
  precondition_failed: 'The store was changed meanwhile. Run the command again.',
  precondition_required: 'Use a storectl of the same version as the server.',
  unsupported_media_type: 'Use a storectl of the same version as the server.',
  data_loss_unacknowledged: 'Add --accept-data-loss if the data of this store may be lost.',
  idempotency_key_reused: 'Run the command again.',
  too_many_streams: 'Close other clients of the event stream.',
  writer_busy: 'Run the command again.',
  git_timeout: 'storectl history NAME shows whether the change was committed.',
  history_rewritten: 'An administrator must look at the stores repository first.',
  status_unavailable: 'storectl doctor shows what is wrong.',
}

/** The hint of a problem in terms of storectl, without routes, headers or members of the API. */
export function hintOf({ code, hint }: Pick<Problem, 'code' | 'hint'>): string {
  if (!API_WORDS.test(hint)) return hint
  return hints[code] ?? 'storectl doctor checks the server.'
}
