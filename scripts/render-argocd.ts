import { readFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { printYaml } from '../constructs/yaml.ts'
import { argoCdSetup, type Installation } from '../src/operations/rendering/argocd-setup.ts'
import { parsePlatformFile } from '../src/repo-files/platform-file.ts'

/**
 * Values of the committed examples in `argocd/`. Everything else comes from the template's
 * `platform.yaml`.
 */
const EXAMPLE: Installation = {
  apiNamespace: 'storewright',
  repoURL: 'https://github.com/acme/stores.git',
  branch: 'main',
  dashboardUrl: 'https://storewright.example.com',
}

const NOTE = '# Rendered by `npm run argocd`; edits are overwritten. See argocd/README.md.\n'
const fromRoot = (path: string) => new URL(`../${path}`, import.meta.url)

/**
 * Text of the committed examples by path below the repository's root.
 * @throws Error if the template's platform.yaml is not valid
 */
export async function argoCdFiles(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(fromRoot('gitops-repo-template/platform.yaml'), 'utf8')
  const { value: platform } = parsePlatformFile(text)
  if (platform === null) throw new Error('gitops-repo-template/platform.yaml is not valid')
  const { projects, policies, applicationSets, rights } = argoCdSetup(platform, [], EXAMPLE)
  const print = (objects: readonly unknown[]) =>
    NOTE + objects.map((object) => printYaml(object)).join('---\n')
  return new Map([
    ['argocd/rbac.yaml', print(rights)],
    ['argocd/projects/stores.yaml', print(projects)],
    ['argocd/admission-policy.yaml', print(policies)],
    ['argocd/application-set.yaml', print(applicationSets)],
  ])
}

async function main(): Promise<void> {
  for (const [path, text] of await argoCdFiles()) {
    await mkdir(dirname(fromRoot(path).pathname), { recursive: true })
    await writeFile(fromRoot(path), text)
    process.stdout.write(`wrote ${path}\n`)
  }
}

if (import.meta.main) await main()
