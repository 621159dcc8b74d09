import { z } from 'zod'
import { lifecycles } from './words.ts'

/**
 * `app.json`: parameters of one Argo CD Application. It is flat, with every key present, and holds
 * strings and one boolean. With `missingkey=error` a missing key stops the ApplicationSet for all
 * stores (argo-cd v3.5.1 `applicationset/controllers`), and Go templates read numbers as float64.
 */
export const AppFile = z.object({
  schema: z.literal('1'),
  application: z.string(),
  namespace: z.string(),
  name: z.string(),
  team: z.string(),
  engine: z.string(),
  plan: z.string(),
  release: z.string(),
  cluster: z.string(),
  lifecycle: z.enum(lifecycles),
  autoSync: z.boolean(),
  host: z.string(),
  url: z.string(),
  /**
   * Git tree id of `manifests/` as rendered. A different tree on main means that the files were
   * edited by hand.
   */
  tree: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/),
  /** Semver of the generator that last changed the bytes. */
  generator: z.string(),
})
export type AppFile = z.infer<typeof AppFile>
