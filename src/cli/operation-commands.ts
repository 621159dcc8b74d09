import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { Operation } from '../contract/operation.ts'
import { compact } from '../domain/compact.ts'
import { sleep } from '../domain/sleep.ts'
import { type Client, openClient } from './client.ts'
import { DRY_RUN, printPreview } from './dry-run.ts'
import { Failure } from './exit.ts'
import { aligned, type Format } from './output.ts'
import { toJson, toYaml } from './printable.ts'
import { durationMs } from './wait.ts'

interface Talk {
  out(text: string): void
  err(text: string): void
}

interface Said {
  readonly server: string
  readonly output: Format
  readonly reason?: string
}

type Shared = (command: Command) => Command

/** Adds the commands for purges and for the state of requests: purge, operations. */
export function addOperations(program: Command, shared: Shared, talk: Talk): void {
  addPurge(shared(program.command('purge')), talk)
  shared(program.command('operations'))
    .description('list the requests of the last 25 hours with their state')
    .argument('[id]', 'id of one request')
    .option('--store <name>', 'only requests about this store')
    .option('--state <state>', 'only requests in this state, such as Committed or Live')
    .action(async (id: string | undefined, said: Said & { store?: string; state?: string }) => {
      const client = openClient(said.server)
      if (id !== undefined) {
        const operation = await client.call('getOperation', { name: id })
        talk.out(printOperations([operation], said.output))
        return talk.err(gatesOf(operation))
      }
      const query = { store: said.store, state: said.state }
      talk.out(printOperations(await client.call('listOperations', { query }), said.output))
    })
}

interface PurgeWords extends Said {
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly acceptDataLoss?: boolean
  readonly allowMassDelete?: string
  readonly wait?: boolean
  readonly timeout: string
}

/** Does not prompt, because a prompt would hang a script. */
function addPurge(command: Command, talk: Talk): void {
  command
    .description(
      'delete a deleted store and its data permanently, before its retention period ends',
    )
    .argument('<name>')
    .option('--reason <reason>', 'reason, written into the commit')
    .option('-y, --yes', 'skip the confirmation')
    .option('--accept-data-loss', 'required if no backup is kept outside the namespace')
    .option('--allow-mass-delete <count>', 'number of stores deleted in total; needs --reason')
    .option('--wait', 'wait until it is removed')
    .option(...DRY_RUN)
    .option('--timeout <duration>', 'maximum time to wait with --wait', '10m')
    .action(async (name: string, said: PurgeWords) => {
      if (said.yes !== true && said.dryRun !== true)
        throw new Failure(2, `nothing was purged; add --yes to purge ${name}`)
      const count = said.allowMassDelete
      if (count !== undefined && !/^[0-9]{1,5}$/.test(count))
        throw new Failure(2, `${count} is not a count`)
      const client = openClient(said.server)
      const options = {
        name,
        idempotencyKey: randomUUID(),
        body: {
          confirm: name,
          acknowledgeDataLoss: said.acceptDataLoss === true,
          ...compact({ reason: said.reason }),
          ...(count === undefined ? {} : { allowMassDelete: Number(count) }),
        },
      }
      if (said.dryRun === true)
        return printPreview(await client.preview('purgeStore', options), said.output, talk)
      const asked = await client.call('purgeStore', options)
      const done =
        said.wait === true ? await finished(client, asked, durationMs(said.timeout), talk) : asked
      talk.out(printOperations([done], said.output))
      if (said.wait !== true) talk.err(gatesOf(done))
    })
}

/** @throws Failure 5 after `timeoutMs`, 4 if the purge was cancelled */
async function finished(
  client: Client,
  asked: Operation,
  timeoutMs: number,
  talk: Talk,
): Promise<Operation> {
  const deadline = performance.now() + timeoutMs
  let said = ''
  for (;;) {
    const now = await client.call('getOperation', { name: asked.id })
    const line = gatesOf(now)
    if (line !== said) talk.err(line)
    said = line
    if (now.state === 'Live') return now
    if (now.state === 'Closed') throw new Failure(4, 'the purge was called off')
    if (performance.now() > deadline) throw new Failure(5, 'the purge is not over yet')
    await sleep(1000)
  }
}

function gatesOf({ gates, simulated }: Operation): string {
  const mark = simulated ? ' (simulated)' : ''
  return gates
    .map(({ gate, met, detail }) => `${met ? '[x]' : '[ ]'} ${gate.padEnd(9)} ${detail}${mark}\n`)
    .join('')
}

function printOperations(operations: readonly Operation[], format: Format): string {
  if (format === 'json') return toJson(operations)
  if (format === 'yaml') return toYaml(operations)
  if (format === 'name') return operations.map(({ id }) => `${id}\n`).join('')
  const head = ['ID', 'KIND', 'STATE', 'STORE', 'BY', 'AT']
  const rows = operations.map(({ id, kind, state, stores, requestedBy, createdAt, simulated }) => {
    return [
      id,
      kind,
      `${state}${simulated ? ' (simulated)' : ''}`,
      stores.join(),
      requestedBy,
      createdAt,
    ]
  })
  return aligned([head, ...rows])
}
