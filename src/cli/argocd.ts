import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Installation, StoreNeeds } from '../operations/rendering/argocd-setup.ts'
import { Failure } from './exit.ts'
import { platformOf, storeFolders } from './render-clone.ts'

export interface ArgoCdWords {
  readonly repoUrl: string
  readonly dashboardUrl: string
  readonly branch: string
  readonly apiNamespace: string
}

/**
 * Returns the Argo CD objects that platform.yaml of the work tree at `root` requires, as one YAML
 * stream for `kubectl apply`.
 * @throws Failure 1 if platform.yaml cannot be used, 2 for an address that Argo CD or a browser
 * could not use
 */
export async function printArgoCd(root: string, words: ArgoCdWords): Promise<string> {
  const installation = installationOf(words)
  const platform = await platformOf(root)
  // Imported here because cdk8s would slow down every other command.
  const { argoCdSetup, printArgoCdSetup } = await import('../operations/rendering/argocd-setup.ts')
  return printArgoCdSetup(argoCdSetup(platform, await needsOf(root), installation))
}

// Credentials belong in the repository Secret, not in objects that everyone can read.
const PLAIN_URL =
  /^(?:https?:\/\/[^\s@/]+\/\S+|ssh:\/\/[^\s:/]+(?::[0-9]+)?\/\S+|[\w.-]+@[\w.-]+:\S+)$/

function installationOf({ repoUrl, dashboardUrl, ...words }: ArgoCdWords): Installation {
  if (!PLAIN_URL.test(repoUrl)) {
    throw new Failure(
      2,
      '--repo-url must be an https, http or ssh address of the stores repo without credentials, as Argo CD reaches it.\n' +
        'Credentials belong into the repository Secret: argocd/settings/repository.yaml.',
    )
  }
  if (!/^https?:\/\/[^\s@]+$/.test(dashboardUrl)) {
    throw new Failure(2, '--dashboard-url must be the http or https address of the dashboard.')
  }
  return { ...words, repoURL: repoUrl, dashboardUrl: dashboardUrl.replace(/\/+$/, '') }
}

/** Needs of every store of a work tree. An unreadable store counts as unknown. */
async function needsOf(root: string): Promise<readonly StoreNeeds[]> {
  const [{ parseStoreFile }, { parseAppFile }] = await Promise.all([
    import('../repo-files/store-file.ts'),
    import('../repo-files/app-file.ts'),
  ])
  const needs: StoreNeeds[] = []
  for (const [team, name] of await storeFolders(root)) {
    const text = (file: string) =>
      readFile(join(root, 'stores', team, name, file), 'utf8').catch(() => '')
    const intent = parseStoreFile(await text('store.yaml')).value
    const app = parseAppFile(await text('app.json'))
    needs.push({
      team,
      secretsMode: intent?.secretsMode ?? null,
      cluster: app?.cluster ?? intent?.cluster ?? null,
    })
  }
  return needs
}
