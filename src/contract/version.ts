/** Semver of this program. A test keeps it equal to `version` of package.json. */
export const VERSION = '0.1.0'
/**
 * Semver of the generator. It changes only if rendered bytes may change. Written to app.json and
 * trailers.
 */
export const GENERATOR = '0.1.0'
