import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scripts, secretsScript, wordpressConfig } from '../../constructs/static-files.ts'
import { cannotRun, unless } from './programs.ts'

const folder = new URL('../../constructs/files/', import.meta.url).pathname
const files = readdirSync(folder).toSorted()
const shell = files.filter((name) => name.endsWith('.sh'))
const rendered: Record<string, string> = { ...scripts, ...secretsScript, ...wordpressConfig }

const run = (program: string, words: string[]) => {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', cwd: folder })
  return { status, output: `${stdout}${stderr}` }
}

/** A file without its comments. */
const code = (name: string) =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(#|\/\/|;)/.test(line))
    .join('\n')

describe.skipIf(cannotRun !== null)(`the files of pods, by the real programs${unless}`, () => {
  it('all pass shellcheck', () => {
    expect(shell.length).toBeGreaterThanOrEqual(11)
    expect(run('shellcheck', ['--severity=style', ...shell])).toEqual({ status: 0, output: '' })
  })

  it('fail shellcheck when they contain an error', () => {
    const scratch = mkdtempSync(join(tmpdir(), 'storewright-'))
    writeFileSync(join(scratch, 'x.sh'), '#!/usr/bin/env bash\nrm -rf $1\n')
    expect(run('shellcheck', [join(scratch, 'x.sh')]).status).toBe(1)
    rmSync(scratch, { recursive: true })
  })

  it('parse as they are rendered, without their comments', () => {
    const scratch = mkdtempSync(join(tmpdir(), 'storewright-'))
    let checked = 0
    for (const [name, content] of Object.entries(rendered)) {
      const path = join(scratch, name)
      // WordPress evaluates this one inside its own file.
      writeFileSync(path, name === 'wp-extra.php' ? `<?php\n${content}` : content)
      if (name.endsWith('.sh'))
        execFileSync(content.startsWith('#!/bin/sh') ? 'sh' : 'bash', ['-n', path])
      else if (name.endsWith('.php')) execFileSync('php', ['-l', path], { stdio: 'pipe' })
      else continue
      checked++
    }
    rmSync(scratch, { recursive: true })
    expect(checked).toBe(Object.keys(rendered).filter((name) => /\.(sh|php)$/.test(name)).length)
    expect(checked).toBeGreaterThanOrEqual(17)
  })
})

describe('the files of pods', () => {
  it('are all part of a ConfigMap', () => {
    expect(Object.keys(rendered).toSorted()).toEqual(files)
  })

  it.each(shell)(
    '%s stops at the first failure, and its header lists the environment it needs',
    (name) => {
      const lines = readFileSync(join(folder, name), 'utf8').split('\n')
      expect(lines).toContain(lines[0] === '#!/bin/sh' ? 'set -eu' : 'set -eu -o pipefail')
      const head = lines
        .slice(
          1,
          lines.findIndex((line) => !line.startsWith('#')),
        )
        .join('\n')
      expect(head.length).toBeGreaterThan(40)
      const needed = [...code(name).matchAll(/\$\{([A-Z_]{4,}):\?\}/g)].map(([, word]) => word)
      expect(needed.filter((word) => !head.includes(word ?? ''))).toEqual([])
    },
  )

  it.each(files)(
    '%s contains no user text, no wp db, and no password in an argument or output',
    (name) => {
      const text = code(name)
      expect(text).not.toMatch(/\bwp db\b/)
      expect(text).not.toMatch(/--(user_pass|admin_password|dbpass|password)=/)
      expect(text).not.toMatch(/MARIADB_(USER|PASSWORD|DATABASE|RANDOM_ROOT_PASSWORD)\b/)
      const lines = text.replaceAll('\\\n', ' ').split('\n')
      const prompting = lines.filter((line) => line.includes('--prompt='))
      const safe = prompting.filter((line) => line.endsWith('</secrets/admin/password >/dev/null'))
      expect(safe).toEqual(prompting)
    },
  )
})
