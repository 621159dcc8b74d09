import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { compact } from '../domain/compact.ts'
import { type ArgoCdWords, printArgoCd } from './argocd.ts'
import { checkClone, type CheckWords } from './check.ts'
import { previewFile } from './preview.ts'
import { resolveRelease, type ResolveWords } from './release-resolve.ts'

/** The parts of the terminal that these commands use. */
export interface OfflineTerminal {
  out(text: string): void
  err(text: string): void
  now(): number
  /** File for a Markdown summary, set by GitHub Actions. */
  readonly summaryPath: string | undefined
}

/**
 * Adds the commands that need no server. They run the server's code on a clone of the stores repo.
 */
export function addOffline(program: Command, terminal: OfflineTerminal): void {
  program
    .command('preview')
    .description('render a store.yaml without a server')
    .requiredOption('-f, --file <store.yaml>', 'file to render')
    .option(
      '--platform <platform.yaml>',
      'platform.yaml to read; default: that of a new stores repo',
    )
    .action(async (given: { file: string; platform?: string }) => {
      terminal.out(await previewFile(given.file, given.platform))
    })
  program
    .command('check')
    .description('run the checks of the CI of the stores repo on HEAD of a clone')
    .argument('[path]', 'path of the clone', '.')
    .option('--base <ref>', 'commit that the change starts from; default: check the whole repo')
    .option('--labels <json>', 'labels of the pull request, a JSON list such as ["bulk"]')
    .option(
      '--summary <file>',
      'file to append a Markdown summary to; default: $GITHUB_STEP_SUMMARY',
    )
    .addOption(new Option('-o, --output <format>').choices(['text', 'json']).default('text'))
    .action(async (path: string, words: CheckWords) => {
      const summary = words.summary ?? terminal.summaryPath
      await checkClone(path, { ...words, ...compact({ summary }) }, terminal.now(), (text) =>
        terminal.out(text),
      )
    })
  program
    .command('release')
    .description('work on the releases of platform.yaml')
    .command('resolve')
    .description('write missing digests and checksums into the platform.yaml of a clone')
    .argument('[path]', 'path of the clone', '.')
    .option('--dry-run', 'print the difference and write nothing')
    .action((path: string, words: ResolveWords) => resolveRelease(path, words, terminal))
  program
    .command('codeowners')
    .description('print .github/CODEOWNERS for the teams of platform.yaml')
    .argument('[path]', 'path of the clone', '.')
    .option(
      '--platform-owners <owners...>',
      'reviewers of platform.yaml; default: the current owners',
    )
    .action(async (path: string, words: { platformOwners?: string[] }) => {
      const [{ platformOf }, codeowners] = await Promise.all([
        import('./render-clone.ts'),
        import('../check/codeowners.ts'),
      ])
      const present = await readFile(join(path, codeowners.CODEOWNERS_PATH), 'utf8').catch(() => '')
      const owners = words.platformOwners ?? codeowners.platformOwnersOf(present)
      terminal.out(codeowners.printCodeowners(await platformOf(path), owners))
    })
  program
    .command('argocd')
    .description('print the AppProjects, ApplicationSets and RBAC that platform.yaml needs')
    .argument('[path]', 'path of the clone', '.')
    .requiredOption('--repo-url <url>', 'URL of the stores repo as Argo CD reaches it')
    .requiredOption('--dashboard-url <url>', 'URL of the dashboard that Argo CD links to')
    .option('--branch <branch>', 'branch of the stores repo', 'main')
    .option('--api-namespace <namespace>', 'namespace that Storewright runs in', 'storewright')
    .action(async (path: string, words: ArgoCdWords) =>
      terminal.out(await printArgoCd(path, words)),
    )
}
