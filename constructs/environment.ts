/**
 * Variables by which cdk8s changes what it renders: order of keys, names, the output folder. None may: the same input
 * gives the same bytes on every machine. Source: cdk8s 2.70 `lib/api-object.js`, `lib/names.js`, `lib/app.js`.
 */
const VARIABLES = [
  'CDK8S_DISABLE_SORT',
  'CDK8S_LEGACY_HASH',
  'CDK8S_OUTDIR',
  'CDK8S_RECORD_CONSTRUCT_METADATA',
] as const

for (const name of VARIABLES) delete process.env[name]
