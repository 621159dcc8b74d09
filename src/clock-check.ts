import { CLOCK_TOLERANCE_MS, spanOf, type TimeReading } from './domain/clocks.ts'
import { type Finding, ill, well } from './observe/checks.ts'
import { clockHoldOf, type HoldDeps } from './operations/clock-hold.ts'

/** Does this server's clock agree with the others, and is no deletion held because of it? */
export function clockCheck(deps: HoldDeps): Finding {
  const hold = clockHoldOf(deps)
  return hold === null ? well(agreement(deps.time.reading())) : ill(hold.detail, hold.fix)
}

function agreement({ others }: TimeReading): string {
  const names = others.map(({ name }) => `the ${name}`)
  return names.length === 0
    ? 'no other clock is known: a deletion that falls due while this server is not running waits for an admin'
    : `this server's clock and ${names.join(' and ')} agree within ${spanOf(CLOCK_TOLERANCE_MS)}`
}
