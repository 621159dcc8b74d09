import { randomUUID } from 'node:crypto'
import { Command, CommanderError, Option } from 'commander'
import type { BodyOf } from '../contract/endpoints.ts'
import { VERSION } from '../contract/version.ts'
import { StoreError } from '../domain/errors.ts'
import { addChanges } from './change-commands.ts'
import { type Client, openClient } from './client.ts'
import { diagnose } from './doctor.ts'
import { printPreview } from './dry-run.ts'
import { type ExitCode, Failure } from './exit.ts'
import { addHistory } from './history-commands.ts'
import { addLogin } from './login-command.ts'
import { addOffline, type OfflineTerminal } from './offline-commands.ts'
import { addOperations } from './operation-commands.ts'
import { type Format, formats, printMe, printStore, printStores } from './output.ts'
import { printable, printableText } from './printable.ts'
import { addReleases } from './release-commands.ts'
import { addTokens } from './token-commands.ts'
import { durationMs, type Goal, goals, waitFor } from './wait.ts'

/** `out` writes data to standard output, `err` writes messages to standard error. */
export interface Terminal extends OfflineTerminal {
  /** `STORECTL_SERVER`. Default: http://localhost:8080. */
  readonly server: string | undefined
  /** Starts the server in this process with these flags. */
  serve(words: readonly string[]): Promise<void>
}

interface Shared {
  readonly server: string
  readonly output: Format
}

/** Runs one command and returns its exit code. `serve` returns while the server keeps running. */
export async function runStorectl(words: readonly string[], given: Terminal): Promise<ExitCode> {
  const terminal = cleaned(given)
  const program = storectl(terminal)
  try {
    await program.parseAsync([...words], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof Failure) {
      terminal.err(`${error.message}\n`)
      return error.exitCode
    }
    if (error instanceof StoreError) {
      terminal.err(
        `${error.message}\n${error.errors.map(({ pointer, detail }) => `  ${pointer} ${detail}\n`).join('')}`,
      )
      return 1
    }
    throw error
  }
}

/** Sanitizes all output, so that no text can move the cursor or change the look of the terminal. */
function cleaned(terminal: Terminal): Terminal {
  return {
    ...terminal,
    out: (text) => terminal.out(printableText(text)),
    err: (text) => terminal.err(printableText(text)),
  }
}

function storectl(terminal: Terminal): Command {
  const program = new Command('storectl')
    .description('Online shops, declared in Git')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
    })
  const shared = (command: Command) =>
    command
      .addOption(
        new Option('--server <url>', 'address of the API; also STORECTL_SERVER').default(
          terminal.server ?? 'http://localhost:8080',
        ),
      )
      .addOption(
        new Option('-o, --output <format>', 'output format').choices(formats).default('table'),
      )
  program
    .command('version')
    .description('print the version')
    .action(() => terminal.out(`storectl ${VERSION}\n`))
  program
    .command('serve')
    .description('start the server; --help lists its settings, such as --listen-addr :8081')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[settings...]')
    .action((settings: string[]) => terminal.serve(settings))
  addCreate(shared(program.command('create')), terminal)
  addReads(program, shared, terminal)
  addOffline(program, terminal)
  addChanges(program, shared, terminal)
  addOperations(program, shared, terminal)
  addHistory(program, shared, terminal)
  addReleases(program, shared, terminal)
  addTokens(program, terminal)
  addLogin(shared(program.command('login')), terminal)
  shared(program.command('whoami'))
    .description('show who the server takes you for, and what you may do')
    .action(async (said: Shared) => {
      const me = await openClient(said.server).call('getMe')
      terminal.out(printMe(me, said.output))
    })
  shared(program.command('doctor'))
    .description('check what the server needs from outside; exit 6 when something is wrong')
    .action(async (said: Shared) => {
      const { text, well } = await diagnose(openClient(said.server), said.output)
      terminal.out(text)
      if (!well) throw new Failure(6, 'something is wrong')
    })
  return program
}

interface CreateWords {
  readonly plan?: string
  readonly team?: string
  readonly title?: string
  readonly release?: string
  readonly reason?: string
  readonly dryRun?: boolean
  readonly wait?: boolean
  readonly timeout: string
}

function addCreate(command: Command, terminal: Terminal): void {
  command
    .description('create a store')
    .argument('<name>')
    .option('--plan <plan>', 'small, medium, large or another plan of platform.yaml')
    .option('--team <team>', 'team that owns the store; default: that of platform.yaml')
    .option('--title <title>', 'name that customers see; default: the name')
    .option('--release <release>', 'release of platform.yaml; default: its default release')
    .option('--reason <reason>', 'reason, written into the commit')
    .option('--dry-run', 'print what would be committed and write nothing')
    .option('--wait', 'wait until it is Ready')
    .option('--timeout <duration>', 'maximum time to wait with --wait', '5m')
    .action(async (name: string, { dryRun, wait, timeout, ...said }: CreateWords & Shared) => {
      const client = openClient(said.server)
      const body: BodyOf<'createStore'> = { name, ...bodyOf(said) }
      if (dryRun === true) {
        const preview = await client.call('previewStore', { body })
        const { files } = preview
        if (said.output === 'json' || said.output === 'yaml')
          return printPreview(preview, said.output, terminal)
        return terminal.out(files.map(({ path, content }) => `# ${path}\n${content}`).join('\n'))
      }
      const made = await client.call('createStore', { body, idempotencyKey: randomUUID() })
      terminal.err(`committed ${made.revision.slice(0, 12)}\n`)
      const store =
        wait === true
          ? await waitFor(client, name, 'Ready', durationMs(timeout), (line) =>
              terminal.err(`${line}\n`),
            )
          : made
      terminal.out(printStore(store, said.output, terminal.now()))
    })
}

function bodyOf({ plan, team, title, release, reason }: Partial<CreateWords>) {
  return Object.fromEntries(
    Object.entries({ plan, team, title, release, reason }).filter(
      ([, value]) => value !== undefined,
    ),
  )
}

/** Reports an unknown team, because an empty list would hide a typing error. @throws Failure 3 */
async function requireTeam(client: Client, team: string): Promise<void> {
  const ids = (await client.call('getPlatform')).teams.map(({ id }) => id)
  if (ids.includes(team)) return
  throw new Failure(3, `There is no team ${printable(team)}. The teams are: ${ids.join(', ')}.`)
}

function addReads(
  program: Command,
  shared: (command: Command) => Command,
  terminal: Terminal,
): void {
  shared(program.command('list'))
    .description('list the stores that are not deleted')
    .option('--team <team>', 'only stores of this team')
    .option('--health <health>', 'only stores with this health, such as Degraded')
    .option('-l, --label <key=value>', 'only stores with this label')
    .option('--no-headers', 'print rows without a heading')
    .action(
      async (
        said: Shared & { team?: string; health?: string; label?: string; headers: boolean },
      ) => {
        const query = {
          team: said.team,
          health: said.health,
          label: said.label?.replace('=', ':'),
          limit: '1000',
        }
        const client = openClient(said.server)
        const stores = await client.call('listStores', { query })
        if (stores.length === 0 && said.team !== undefined) await requireTeam(client, said.team)
        terminal.out(printStores(stores, said.output, terminal.now(), said.headers))
      },
    )
  shared(program.command('get'))
    .description('show one store')
    .argument('<name>')
    .option('-w, --watch', 'wait until it is Ready and print each change of phase')
    .action(async (name: string, said: Shared & { watch?: boolean }) => {
      const client = openClient(said.server)
      const store =
        said.watch === true
          ? await waitFor(client, name, 'Ready', 3_600_000, (line) => terminal.err(`${line}\n`))
          : await client.call('getStore', { name })
      terminal.out(printStore(store, said.output, terminal.now()))
    })
  shared(program.command('wait'))
    .description('wait until a store is Ready, Deleted or Suspended')
    .argument('<name>')
    .addOption(new Option('--for <state>').choices(goals).default('Ready'))
    .option('--timeout <duration>', 'maximum time to wait, such as 90s', '5m')
    .action(async (name: string, said: Shared & { for: Goal; timeout: string }) => {
      const say = (line: string) => terminal.err(`${line}\n`)
      const store = await waitFor(
        openClient(said.server),
        name,
        said.for,
        durationMs(said.timeout),
        say,
      )
      terminal.out(printStore(store, said.output, terminal.now()))
    })
}
