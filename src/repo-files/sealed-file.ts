import { CORE_SCHEMA, loadAll } from 'js-yaml'
import { z } from 'zod'
import type { SealedSecrets } from '../contract/sealed-secret.ts'

/** File with the credentials of a store in mode `sealed`, below its directory. */
export const SEALED_FILE = 'manifests/20-secrets.yaml'

const Committed = z.object({
  kind: z.literal('SealedSecret'),
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    annotations: z.object({
      'storewright.dev/revision': z
        .string()
        .regex(/^[0-9]{1,7}$/)
        .transform(Number),
      'storewright.dev/sealed-with': z.string().regex(/^[0-9a-f]{16}$/),
    }),
  }),
  spec: z.object({
    encryptedData: z.record(z.string(), z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/)),
  }),
})

/**
 * Parses the ciphertexts in {@link SEALED_FILE}. The next render keeps them byte for byte, because they
 * cannot be created again. Secrets in another format or for another namespace are left out.
 */
export function parseSealedSecrets(text: string, namespace: string): SealedSecrets {
  const found = documentsOf(text).flatMap((document) => {
    const { data } = Committed.safeParse(document)
    if (data === undefined || data.metadata.namespace !== namespace) return []
    const { name, annotations } = data.metadata
    const secret = {
      sealedWith: annotations['storewright.dev/sealed-with'],
      revision: annotations['storewright.dev/revision'],
      ciphertexts: data.spec.encryptedData,
    }
    return [[name, secret] as const]
  })
  return Object.fromEntries(found)
}

function documentsOf(text: string): unknown[] {
  try {
    return loadAll(text, { schema: CORE_SCHEMA, maxAliases: 0 })
  } catch {
    return []
  }
}
