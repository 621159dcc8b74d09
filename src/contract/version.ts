/** Semver of this program. Equal to `version` of package.json (test). */
export const VERSION = '0.1.0'
/** Semver of the generator: moves only when rendered bytes may change. Written to app.json and trailers. */
export const GENERATOR = '0.1.0'
