import {
  FLUSH,
  pktLine,
  ProtocolError,
  takeBands,
  takeLine,
  takeSection,
} from '../process/pkt-line.ts'

/**
 * Advice for each reason for which receive-pack rejects a ref. Source: git builtin/receive-pack.c
 * (2.39 to 2.50).
 */
const ADVICE: readonly (readonly [RegExp, (branch: string) => string])[] = [
  [
    /hidden ref/,
    (branch) => `Only ${branch} accepts pushes here. Run: git push origin HEAD:${branch}`,
  ],
  [/deletion/, (branch) => `${branch} cannot be deleted. To undo a change, run: git revert COMMIT`],
  [
    /non-fast-forward/,
    (branch) =>
      `The history of ${branch} is never rewritten. Run: git pull --rebase, then git push without --force. To undo a change, run: git revert COMMIT`,
  ],
  [
    /failed to update ref|cannot lock ref|incorrect old value|reference (?:already exists|conflict)/,
    (branch) =>
      `Another change reached ${branch} first. Run: git pull --rebase, then git push again`,
  ],
  [
    /unpacker error/,
    () =>
      'Git rejected the objects of this push; its message above says why. A push may hold at most 32 MiB',
  ],
]

/**
 * Adds one line of advice to the output of receive-pack if it rejects a ref. The client prints it
 * as `remote: …`.
 * @param answer complete output of `receive-pack --stateless-rpc`; returned unchanged without
 * side-band-64k
 */
export function withAdvice(answer: Buffer, branch: string): Buffer {
  const advice = adviceOf(answer, branch)
  const end = answer.length - FLUSH.length
  if (advice === null || !answer.subarray(end).equals(FLUSH)) return answer
  return Buffer.concat([answer.subarray(0, end), pktLine(`\u0002${advice}\n`), FLUSH])
}

function adviceOf(answer: Buffer, branch: string): string | null {
  if (!isBanded(answer)) return null
  try {
    const { lines } = takeSection(takeBands(answer).data)
    const refused = lines.filter((line) => line.startsWith('ng '))
    const found = ADVICE.find(([reason]) => refused.some((line) => reason.test(line)))
    return found?.[1](branch) ?? null
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}

/** True if the report is in band 1; without side-band-64k it consists of plain lines. */
function isBanded(answer: Buffer): boolean {
  try {
    const first = takeLine(answer).line?.[0] ?? 0
    return first >= 1 && first <= 3
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}
