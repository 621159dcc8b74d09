import { z } from 'zod'

/**
 * Columns of a row, in order. Times are Unix seconds, and `flags` is a sum of {@link rowFlags}. New
 * columns are appended. Host and address derive from the name and the base domain.
 */
export const rowColumns = [
  'name',
  'team',
  'plan',
  'phase',
  'health',
  'sync',
  'change',
  'changeBy',
  'changeAt',
  'version',
  'createdAt',
  'flags',
  'reason',
] as const

/** Bits of the column `flags`. */
export const rowFlags = { stale: 1, modified: 2, autoSyncOff: 4, served: 8, deleted: 16 } as const

/** One store in the columns of {@link rowColumns}. */
export const Row = z.array(z.union([z.string(), z.number()])).meta({ id: 'Row' })
export type Row = z.infer<typeof Row>

/** All stores in compact form. Values of repeated columns are indexes into `dict[column]`. */
export const Snapshot = z
  .object({
    /** Id of this process: 8 hexadecimal digits. */
    boot: z.string(),
    /** Last batch of the stream that is included. */
    seq: z.int(),
    /** Head of the stores repo. */
    revision: z.string(),
    columns: z.array(z.string()),
    dict: z.record(z.string(), z.array(z.string())),
    rows: z.array(Row),
  })
  .meta({ id: 'Snapshot' })
export type Snapshot = z.infer<typeof Snapshot>
