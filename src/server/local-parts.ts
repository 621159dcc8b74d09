import type { Access } from '../domain/access/access.ts'
import { type Metrics, noMetrics } from '../domain/metrics.ts'
import type { Clock, Log } from '../domain/ports.ts'
import type { KeyRing } from '../domain/provenance.ts'
import type { TimeWatch } from '../observe/time-watch.ts'
import { openAccess } from './access.ts'
import type { Config } from './config.ts'
import { openDataDir } from './data-dir.ts'
import { openKeys } from './provenance-keys.ts'
import { openStatusSource, type StatusSource } from './status-source.ts'

/** What the settings name besides the stores repo. */
export interface LocalParts {
  readonly access: Access
  readonly keys: KeyRing
  readonly source: StatusSource
  /** Closes everything but the Applications of `source`. */
  close(): void
}

/**
 * Opens the parts that the settings name: `DATA_DIR`, credentials, keys and the source of status.
 * `start-checks.ts` predicts each refusal of this function.
 * @throws Error one sentence that names what cannot be used
 */
export async function openLocalParts(
  config: Config,
  clock: Clock,
  log: Log,
  time: Pick<TimeWatch, 'heard'>,
  metrics: Metrics = noMetrics,
): Promise<LocalParts> {
  await openDataDir(config.dataDir, log)
  const opened = await openAccess(config, clock, log, metrics)
  try {
    const keys = await openKeys(config, log)
    const source = await openStatusSource(config, clock, log, time)
    return { access: opened.access, keys, source, close: () => opened.close() }
  } catch (error) {
    opened.close()
    throw error
  }
}
