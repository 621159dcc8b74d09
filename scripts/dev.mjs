// Runs the server with `node --watch` and the dashboard with hot reload, until one of them exits.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const vite = createRequire(join(root, 'dashboard/package.json')).resolve('vite/package.json')
const parts = [
  spawn(process.execPath, ['--watch', '--watch-preserve-output', join(root, 'src/main.ts')], {
    cwd: root,
    stdio: 'inherit',
  }),
  spawn(process.execPath, [join(vite, '..', 'bin', 'vite.js'), '--clearScreen', 'false'], {
    cwd: join(root, 'dashboard'),
    stdio: 'inherit',
  }),
]

let ending = false
function end(code) {
  if (ending) return
  ending = true
  process.exitCode = code
  for (const part of parts) part.kill('SIGTERM')
}

for (const part of parts) {
  part.on('exit', (code) => end(code ?? 0))
  part.on('error', (error) => {
    console.error(error.message)
    end(1)
  })
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(0))
