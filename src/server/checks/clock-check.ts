import { CLOCK_TOLERANCE_MS, spanOf, type TimeReading } from '../../domain/clocks.ts'
import { type Finding, ill, skipped, well } from '../../observe/checks.ts'
import { clockHoldOf, type HoldDeps } from '../../operations/changing/clock-hold.ts'

/**
 * Checks that this server's clock agrees with the clocks of other systems, and that no deletion is
 * on hold because of it.
 */
export function clockCheck(deps: HoldDeps): Finding {
  const hold = clockHoldOf(deps)
  return hold === null ? agreement(deps.time.reading()) : ill(hold.detail, hold.fix)
}

function agreement({ others }: TimeReading): Finding {
  const names = others.map(({ name }) => `the ${name}`)
  return names.length === 0
    ? skipped(
        'no other clock is known: a deletion that falls due while this server is not running waits for an admin',
        'Set STORES_REPO_URL to a repository over HTTPS, or connect a cluster or Argo CD.',
      )
    : well(
        `this server's clock and ${names.join(' and ')} agree within ${spanOf(CLOCK_TOLERANCE_MS)}`,
      )
}
