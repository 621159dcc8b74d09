import { type Command, Option } from 'commander'
import { openClient } from './client.ts'
import { DRY_RUN, printPreview } from './dry-run.ts'
import { Failure } from './exit.ts'
import type { Format } from './output.ts'

interface Talk {
  out(text: string): void
  err(text: string): void
}

interface Said {
  readonly server: string
  readonly output: Format
  readonly dryRun?: boolean
  readonly reason: string
}

type Shared = (command: Command) => Command

/** Adds the commands by which an admin releases held deletions and the names of vanished stores. */
export function addReleases(program: Command, shared: Shared, talk: Talk): void {
  addReleaseDeletions(shared(program.command('release-deletions')), talk)
  addReleaseName(shared(program.command('release-name')), talk)
}

function addReleaseDeletions(command: Command, talk: Talk): void {
  command
    .description('release deletions that are held')
    .addOption(
      new Option('--held-by <hold>', 'what holds the deletions: mass-delete limit or clock')
        .choices(['mass-delete', 'clock'])
        .default('mass-delete'),
    )
    .requiredOption('--count <count>', 'how many stores go in all, as the banner says', Number)
    .requiredOption('--reason <reason>', 'at least 10 characters; goes into each commit')
    .option(...DRY_RUN)
    .action(
      async ({ server, count, reason, ...said }: Said & { count: number; heldBy: string }) => {
        const heldBy = said.heldBy === 'clock' ? ('clock' as const) : ('massDelete' as const)
        const body = { count, heldBy, reason }
        const client = openClient(server)
        if (said.dryRun === true)
          return printPreview(await client.preview('releaseDeletions', { body }), said.output, talk)
        const { released } = await client.call('releaseDeletions', { body })
        for (const { team, name } of released) talk.out(`${team}/${name}\n`)
        const are = heldBy === 'clock' ? 'are being purged' : 'are deleted'
        talk.err(`${released.length} stores ${are}; storectl restore takes one back\n`)
      },
    )
}

function addReleaseName(command: Command, talk: Talk): void {
  command
    .description('release the name of a store whose folder disappeared without a purge')
    .argument('<name>')
    .requiredOption('--reason <reason>', 'at least 10 characters; goes into the commit')
    .option(...DRY_RUN)
    .option('--namespace-gone', 'confirm that no cluster contains its namespace')
    .action(async (name: string, said: Said & { namespaceGone?: boolean }) => {
      if (said.namespaceGone !== true) {
        const look = `kubectl get namespace store-${name}`
        const why = `a new store would take over what is left of it. See that "${look}" finds nothing, then add --namespace-gone`
        throw new Failure(2, `${name} was not released: ${why}`)
      }
      const body = { name, namespaceGone: true as const, reason: said.reason }
      const client = openClient(said.server)
      if (said.dryRun === true)
        return printPreview(await client.preview('releaseName', { body }), said.output, talk)
      const { until } = await client.call('releaseName', { body })
      const free =
        until === null ? 'is free' : `is free from ${until} on; its own team may use it now`
      talk.err(`${name} ${free}\n`)
    })
}
