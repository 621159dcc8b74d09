import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { downSteps, repoUrlOf, tools, upSteps } from '../scripts/cluster-steps.ts'

const ROOT = join(import.meta.dirname, '..')
const run = promisify(execFile)
const cluster = (...words: string[]) =>
  run(process.execPath, ['scripts/cluster.ts', ...words], { cwd: ROOT }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (failed: { code: number; stdout: string; stderr: string }) => failed,
  )
const options = {
  objects: 'OBJECTS',
  repoUrl: 'http://h/git/stores.git',
  repoToken: 'token',
  webhookSecret: 'secret',
}

describe('npm run cluster:up', () => {
  it.each(tools)(
    'with %s makes a cluster with every setting of argocd/README.md, in its order',
    async (tool) => {
      const steps = upSteps(tool, options)
      expect(steps[0]?.command[0]).toBe(tool)
      const files = steps.flatMap(({ command }) =>
        command.filter((word) => word.startsWith('argocd/settings/')),
      )
      expect(files).toEqual(
        ['argocd-cmd-params-cm', 'argocd-cm', 'argocd-cm-local'].map(
          (name) => `argocd/settings/${name}.yaml`,
        ),
      )
      await Promise.all(files.map((file) => access(join(ROOT, file))))
      expect(steps.at(-1)?.input).toBe('OBJECTS')
      // A secret on a command line can be read by every process of the machine.
      expect(steps.flatMap(({ command }) => command).join(' ')).not.toMatch(
        /\btoken\b|\bsecret\b(?!,| )/,
      )
      expect(downSteps(tool)[0]?.command).toEqual(
        expect.arrayContaining([tool, 'storewright', 'delete']),
      )
      expect(repoUrlOf(tool, 8081)).toMatch(/^http:\/\/host\.\w+\.internal:8081\/git\/stores\.git$/)
    },
  )

  it('prints what it would do, and does nothing, with --dry-run', async () => {
    const { code, stdout } = await cluster('up', 'kind', '--dry-run')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^# create the cluster\nkind create cluster --name storewright\n/)
    expect(stdout).toContain('ARGOCD_WEBHOOK_SECRET=…')
    expect((await cluster('down', 'k3d', '--dry-run')).stdout).toContain(
      'k3d cluster delete storewright',
    )
  })

  it.each([
    [[]],
    [['up']],
    [['up', 'docker']],
    [['sideways', 'kind']],
    [['up', 'kind', '--force']],
  ])('refuses %j with its usage', async (words) => {
    const { code, stderr } = await cluster(...words)
    expect([code, stderr]).toEqual([2, expect.stringContaining('kind|k3d|minikube')])
  })
})
