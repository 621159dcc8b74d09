/** Path of an OCI registry; `null` when there is none. */
export function findRegistry(root: string): string | null
/** What a person types to have it. */
export const REGISTRY_COMMAND: string
/** `null`, or what will be skipped and how to change that. */
export function installRegistry(root: string): string | null
