/**
 * Turns a detail of the API, such as `is taken` or `at most 40 characters`, into a sentence for a
 * field with this label: `Name is taken.`, `At most 40 characters.`
 */
export function sentenceOf(label: string | null, detail: string): string {
  const predicate = /^(?:is|was|must|may|has|does|cannot|differs)\b/.test(detail)
  const words = predicate && label !== null ? `${label} ${detail}` : detail
  const sentence = `${words.charAt(0).toUpperCase()}${words.slice(1)}`
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
}
