import { randomUUID } from 'node:crypto'
import { type Command, Option } from 'commander'
import type { BodyOf } from '../contract/endpoints.ts'
import { settableWords } from '../contract/option-fields.ts'
import type { ChangedStore } from '../contract/store.ts'
import { retries } from '../contract/words.ts'
import { openClient } from './client.ts'
import { commitIds } from './commit-id.ts'
import { DRY_RUN, printPreview } from './dry-run.ts'
import { Failure } from './exit.ts'
import { type Format, printStore } from './output.ts'
import { patchOf } from './patch-words.ts'

interface Talk {
  out(text: string): void
  err(text: string): void
  now(): number
}

interface Said {
  readonly dryRun?: boolean
  readonly server: string
  readonly output: Format
  readonly reason?: string
}

interface SetWords extends Said {
  readonly force?: boolean
}

const widest = Math.max(...settableWords.map(([word]) => word.length))

/** Help of `set`: the options that it can change. */
const OPTIONS = `
Keys, each with a value in JSON or as text; key=null removes one that is optional:
${settableWords.map(([word, about]) => `  ${word.padEnd(widest)}  ${about}\n`).join('')}`

type Shared = (command: Command) => Command

/**
 * Adds the commands that change an existing store: set, suspend, resume, delete, restore, retry,
 * revert, render.
 */
export function addChanges(program: Command, shared: Shared, talk: Talk): void {
  const add = (name: string, about: string) =>
    shared(program.command(name))
      .description(about)
      .argument('<name>')
      .option('--reason <reason>', 'reason, written into the commit')
      .option(...DRY_RUN)
  const told = (store: ChangedStore, format: Format) => {
    for (const { pointer, message } of store.warnings) talk.err(`${pointer} ${message}\n`)
    talk.err(`committed ${store.revision.slice(0, 12)}\n`)
    talk.out(printStore(store, format, talk.now()))
  }
  add(
    'set',
    'change a store: plan=medium title="New title" site.currency=EUR domains=\'["a.example"]\'',
  )
    .argument('<key=value...>')
    .addHelpText('after', OPTIONS)
    .option('--force', 'overwrite rendered files that were edited by hand')
    .action(async (name: string, words: string[], said: SetWords) => {
      const client = openClient(said.server)
      const patch = { ...patchOf(words), ...reasonOf(said), ...(said.force ? { force: true } : {}) }
      const { etag } = await client.call('getStore', { name })
      const options = { name, ifMatch: etag, idempotencyKey: randomUUID() }
      const body = patch as BodyOf<'updateStore'>
      if (said.dryRun === true)
        return printPreview(
          await client.preview('updateStore', { ...options, body }),
          said.output,
          talk,
        )
      told(await client.call('updateStore', { ...options, body }), said.output)
    })
  for (const [word, id, about] of [
    ['suspend', 'suspendStore', 'stop a store and keep its data'],
    ['resume', 'resumeStore', 'start a suspended store'],
    [
      'restore',
      'restoreStore',
      'restore a deleted store, or cancel a purge that has not started deleting',
    ],
  ] as const) {
    add(word, about).action(async (name: string, said: Said) => {
      const options = { name, body: reasonOf(said), idempotencyKey: randomUUID() }
      const client = openClient(said.server)
      if (said.dryRun === true)
        return printPreview(await client.preview(id, options), said.output, talk)
      told(await client.call(id, options), said.output)
    })
  }
  addRender(shared(program.command('render')), talk, told)
  addRetry(add, talk, told)
  addRevert(add, talk)
  addDelete(add, talk)
}

/**
 * `render` takes a store, rendered through the API, or `--all`, which renders a clone without a
 * server.
 */
function addRender(
  command: Command,
  talk: Talk,
  told: (store: ChangedStore, format: Format) => void,
): void {
  command
    .description(
      'regenerate the manifests of a store and overwrite hand edits; --all: of every store in a clone, offline',
    )
    .argument(
      '[name or path]',
      'name of the store; with --all path of the clone, default: this folder',
    )
    .option('--reason <reason>', 'reason, written into the commit')
    .option('--all', 'write the generated files of a clone; store.yaml is not changed')
    .option(...DRY_RUN)
    .action(async (word: string | undefined, said: Said & { all?: boolean }) => {
      if (said.all === true) {
        if (said.dryRun === true) throw new Failure(2, '--dry-run is for one store, without --all')
        return renderAll(word ?? '.', talk)
      }
      if (word === undefined) throw new Failure(2, 'name a store, or add --all for a clone')
      const options = { name: word, body: reasonOf(said), idempotencyKey: randomUUID() }
      const client = openClient(said.server)
      if (said.dryRun === true)
        return printPreview(await client.preview('renderStore', options), said.output, talk)
      told(await client.call('renderStore', options), said.output)
    })
}

async function renderAll(path: string, talk: Talk): Promise<void> {
  const { renderClone } = await import('./render-clone.ts')
  const { stores, skipped, paths } = await renderClone(path, (line) => talk.err(`${line}\n`))
  for (const written of paths) talk.out(`${written}\n`)
  talk.err(`${stores} stores, ${paths.length} files changed\n`)
  if (skipped > 0) throw new Failure(1, `${skipped} of ${stores} stores were not rendered.`)
}

function addRetry(
  add: (name: string, about: string) => Command,
  talk: Talk,
  told: (store: ChangedStore, format: Format) => void,
): void {
  add('retry', 'run a task once: set-up, password rotation, admin reset or backup')
    .addOption(new Option('--what <what>').choices(retries).default('init'))
    .action(async (name: string, said: Said & { what: (typeof retries)[number] }) => {
      const body = { ...reasonOf(said), what: said.what }
      const options = { name, body, idempotencyKey: randomUUID() }
      const client = openClient(said.server)
      if (said.dryRun === true)
        return printPreview(await client.preview('retryStore', options), said.output, talk)
      told(await client.call('retryStore', options), said.output)
    })
}

function addRevert(add: (name: string, about: string) => Command, talk: Talk): void {
  add('revert', 'undo one change; needs --reason of at least 10 characters')
    .argument('<commit>', 'commit id, as storectl history prints it')
    .option('--restore-to', 'restore the state at that commit instead')
    .action(async (name: string, commit: string, said: Said & { restoreTo?: boolean }) => {
      const client = openClient(said.server)
      const [full] = await commitIds(client, name, [commit])
      const body: BodyOf<'revertChange'> = {
        commit: full ?? commit,
        mode: said.restoreTo === true ? 'restore-to' : 'undo',
        reason: said.reason ?? '',
        dryRun: false,
      }
      const options = { name, body, idempotencyKey: randomUUID() }
      if (said.dryRun === true)
        return printPreview(await client.preview('revertChange', options), said.output, talk)
      const done = await client.call('revertChange', options)
      for (const { pointer, from, to } of done.changes) {
        talk.err(`${pointer} ${JSON.stringify(from)} -> ${JSON.stringify(to)}\n`)
      }
      for (const { pointer, message } of done.warnings) talk.err(`${pointer} ${message}\n`)
      talk.err(done.commit === null ? 'nothing was written\n' : `committed ${done.commit}\n`)
      talk.out(printStore(done.store, said.output, talk.now()))
    })
}

/** Does not prompt, because a prompt would hang a script. */
function addDelete(add: (name: string, about: string) => Command, talk: Talk): void {
  add('delete', 'delete a store; its data is kept for the retention period')
    .option('-y, --yes', 'skip the confirmation')
    .option('--allow-mass-delete <count>', 'number of stores deleted in total; needs --reason')
    .action(async (name: string, said: Said & { yes?: boolean; allowMassDelete?: string }) => {
      const client = openClient(said.server)
      const query = { reason: said.reason, allowMassDelete: said.allowMassDelete }
      if (said.dryRun === true)
        return printPreview(await client.preview('deleteStore', { name, query }), said.output, talk)
      if (said.yes !== true) {
        const { retentionDays } = (await client.call('getPlatform')).limits
        const add = `nothing was deleted; add --yes to delete ${name}`
        throw new Failure(2, `${add}. ${keptFor(retentionDays, name)}`)
      }
      await client.call('deleteStore', { name, query, idempotencyKey: randomUUID() })
      const { purgeAfter } = await client.call('getStore', { name })
      const kept = purgeAfter === null || Date.parse(purgeAfter) > talk.now()
      const next = kept
        ? `storectl restore ${name} takes it back`
        : 'its retention is 0 days, so it is purged now; a restore in time calls that off'
      talk.err(`${name} is deleted; ${next}\n`)
    })
}

/** Tells what a deletion keeps, shown before it is confirmed. */
function keptFor(days: number, name: string): string {
  return days === 0
    ? `Its volumes and credentials would be deleted permanently: the retention is 0 days here, so the purge follows at once. To stop it only: storectl suspend ${name}`
    : `Its volumes and credentials would be kept for ${days} days; storectl restore ${name} takes it back until then.`
}

function reasonOf({ reason }: Said): { reason?: string } {
  return reason === undefined ? {} : { reason }
}
