// npm run render -- examples/small.yaml [platform.yaml]: prints the manifests that Argo CD would
// apply.
import { renderFile } from './render-example.ts'
import { manifestsOf } from './synth.ts'

const [store, platform] = process.argv.slice(2)
if (store === undefined) {
  process.stderr.write('usage: npm run --silent render -- STORE.YAML [PLATFORM.YAML]\n')
  process.exit(2)
}
try {
  process.stdout.write(manifestsOf((await renderFile(store, platform)).files))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
