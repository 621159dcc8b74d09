import { z } from 'zod'
import { Row } from './snapshot.ts'

/** `data` of each event of `GET /api/v1/stream`. Clients ignore unknown events. */
export const streamEvents = {
  hello: z.object({ boot: z.string(), seq: z.int(), revision: z.string(), version: z.string() }),
  stores: z.object({ revision: z.string(), upsert: z.array(Row), remove: z.array(z.string()) }),
  banner: z.object({ code: z.string(), active: z.boolean(), message: z.string() }),
  resync: z.object({}),
  bye: z.object({}),
} as const

/** One event of the stream. `data` is the JSON text of the event's data. */
export const StreamEvent = z
  .object({
    event: z.enum([
      'hello',
      'stores',
      'banner',
      'resync',
      'bye',
    ] satisfies (keyof typeof streamEvents)[]),
    data: z.string(),
    id: z.string().optional(),
    retry: z.int().optional(),
  })
  .meta({ id: 'StreamEvent' })

export type StreamEvents = {
  readonly [Name in keyof typeof streamEvents]: z.infer<(typeof streamEvents)[Name]>
}
