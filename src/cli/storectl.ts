#!/usr/bin/env node
import { runStorectl } from './program.ts'
import { serve } from './serve.ts'

const code = await runStorectl(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  // oxlint-disable-next-line node/no-process-env
  server: process.env['STORECTL_SERVER'] || undefined,
  now: () => Date.now(),
  serve,
})
if (code !== 0) process.exitCode = code
