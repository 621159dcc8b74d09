import { z } from 'zod'

/**
 * zod compiles object schemas with `new Function`, which the Content-Security-Policy refuses and the browser reports. It looks
 * at this setting when a schema is made, so this module is imported before any.
 */
z.config({ jitless: true })
