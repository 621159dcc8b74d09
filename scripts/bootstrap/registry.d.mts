/** Path of an OCI registry, or `null` if there is none. */
export function findRegistry(root: string): string | null
/** Command that installs it. */
export const REGISTRY_COMMAND: string
/** Returns `null`, or what is skipped and how to change that. */
export function installRegistry(root: string): string | null
