/** Largest push in bytes. A fleet of 10,000 stores packs into less. */
export const MAX_PUSH_BYTES = 32 * 1024 * 1024

/**
 * Git settings of every request, which override the repository's own configuration. Only one branch
 * is advertised, readable and writable. It accepts only fast-forwards and cannot be deleted.
 * Source: git-config(1), `transfer.hideRefs`: the last matching entry counts, `!` shows a ref
 * again.
 */
export function servedSettings(branch: string): readonly (readonly [string, string])[] {
  return [
    ['transfer.hideRefs', 'refs'],
    ['transfer.hideRefs', `!refs/heads/${branch}`],
    ['transfer.advertiseObjectInfo', 'false'],
    ['transfer.fsckObjects', 'true'],
    ['uploadpack.allowFilter', 'false'],
    ['uploadpack.allowRefInWant', 'false'],
    ['uploadpack.allowTipSHA1InWant', 'false'],
    ['uploadpack.allowReachableSHA1InWant', 'false'],
    ['uploadpack.allowAnySHA1InWant', 'false'],
    ['receive.fsckObjects', 'true'],
    ['receive.denyNonFastForwards', 'true'],
    ['receive.denyDeletes', 'true'],
    ['receive.maxInputSize', String(MAX_PUSH_BYTES)],
    ['receive.unpackLimit', '1'],
    ['receive.autogc', 'false'],
    ['receive.advertisePushOptions', 'false'],
  ]
}
