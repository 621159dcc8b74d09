import { sleep } from '../../domain/sleep.ts'
import { ApiFailure } from './connection.ts'

/** First and longest pause after a failure, in milliseconds. */
export interface Backoff {
  readonly minMs: number
  readonly maxMs: number
}

/** An invalid response. Resuming from the same version would return it again. */
export class Nonsense extends ApiFailure {
  constructor(message: string) {
    super(0, message)
  }
}

/**
 * Runs `turn` repeatedly until `signal` aborts; never rejects. A pause follows every turn that ends
 * soon, even without an error. Pauses double from 1 s to 30 s with jitter. A turn that lasted five
 * times the first pause resets them.
 */
export async function repeat(
  turn: () => Promise<void>,
  options: {
    readonly signal: AbortSignal
    readonly backoff?: Backoff
    readonly onFailure: (failure: ApiFailure) => void
  },
): Promise<void> {
  const { signal } = options
  const { minMs, maxMs } = options.backoff ?? { minMs: 1000, maxMs: 30_000 }
  let failures = 0
  while (!signal.aborted) {
    const began = performance.now()
    const failure = await turn().then(() => null, asFailure)
    if (signal.aborted) return
    if (failure !== null) options.onFailure(failure)
    const long = performance.now() - began > 5 * minMs
    failures = long ? (failure === null ? 0 : 1) : failures + 1
    await sleep(pauseMs(failures, minMs, maxMs), signal)
  }
}

function asFailure(error: unknown): ApiFailure {
  return error instanceof ApiFailure ? error : new Nonsense('the response is invalid')
}

/** A short random pause after a planned end, otherwise a doubling pause with 50 % jitter. */
function pauseMs(failures: number, minMs: number, maxMs: number): number {
  if (failures === 0) return (minMs / 4) * Math.random()
  const longest = Math.min(maxMs, minMs * 2 ** (failures - 1))
  return longest / 2 + (longest / 2) * Math.random()
}
