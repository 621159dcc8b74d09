import { z } from 'zod'

/**
 * zod compiles object schemas with `new Function`, which the Content-Security-Policy blocks and the
 * browser reports. The setting applies to schemas created later, so this module must be imported
 * first.
 */
z.config({ jitless: true })
