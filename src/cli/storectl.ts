#!/usr/bin/env node
import { environment } from './environment.ts'
import { runStorectl } from './program.ts'
import { serve } from './serve.ts'

const code = await runStorectl(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  ...environment,
  now: () => Date.now(),
  serve,
})
if (code !== 0) process.exitCode = code
