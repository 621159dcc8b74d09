/**
 * Variables that change what cdk8s renders: key order, names, output folder. None may be set,
 * because the same input must give the same bytes on every machine. Source: cdk8s 2.70
 * `lib/api-object.js`, `lib/names.js`, `lib/app.js`.
 */
const VARIABLES = [
  'CDK8S_DISABLE_SORT',
  'CDK8S_LEGACY_HASH',
  'CDK8S_OUTDIR',
  'CDK8S_RECORD_CONSTRUCT_METADATA',
] as const

for (const name of VARIABLES) delete process.env[name]
