import { createHash, randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { TOKEN_DAYS, TOKEN_ID, TokenFile, type TokenRow } from '../contract/token-file.ts'
import { type Role, roles } from '../contract/words.ts'
import { scopesOf } from '../domain/access/identity.ts'
import { tokenOf } from '../domain/access/token.ts'
import { Failure } from './exit.ts'

interface Talk {
  out(text: string): void
  err(text: string): void
  now(): number
}

interface CreateWords {
  readonly file: string
  readonly team: string
  readonly role: Role
  readonly days: number
}

const FILE = ['--file <tokens.json>', 'the file of TOKENS_FILE'] as const

/**
 * Adds the commands that write the token file of a server. They need no server, and a running one
 * reads the file again within seconds.
 */
export function addTokens(program: Command, talk: Talk): void {
  const token = program.command('token').description('make and revoke tokens of a server')
  token
    .command('create')
    .description('add a token to the file and print it; it is not shown again')
    .argument('<id>', 'name of the token, which commits show as token:<id>')
    .requiredOption(...FILE)
    .requiredOption('--team <team>', 'team whose stores it may use; * is every team')
    .addOption(new Option('--role <role>').choices(roles).makeOptionMandatory())
    .option('--days <days>', `days until it expires, at most ${TOKEN_DAYS}`, daysOf, 30)
    .action(async (id: string, { file, team, role, days }: CreateWords) => {
      if (!TOKEN_ID.test(id))
        throw new Failure(2, 'The id takes lower-case letters, digits and -, at most 40.')
      const rows = await readRows(file)
      if (rows.some((row) => row.id === id))
        throw new Failure(
          2,
          `There is a token ${id} already. Revoke it first, or choose another id.`,
        )
      const secret = tokenOf(id, randomBytes(32).toString('base64url'))
      const row: TokenRow = {
        id,
        sha256: createHash('sha256').update(secret).digest('hex'),
        team,
        scopes: [...scopesOf(role)],
        created: new Date(talk.now()).toISOString(),
        expires: new Date(talk.now() + days * 86_400_000).toISOString(),
      }
      await writeRows(file, [...rows, row])
      talk.out(`${secret}\n`)
      talk.err(`valid until ${row.expires}; keep it secret, it is not shown again\n`)
    })
  token
    .command('list')
    .description('list the tokens of the file')
    .requiredOption(...FILE)
    .action(async ({ file }: { file: string }) => {
      for (const { id, team, scopes, expires } of await readRows(file))
        talk.out(`${id}\t${team}\t${scopes.join(',')}\t${expires}\n`)
    })
  token
    .command('revoke')
    .description('remove a token from the file; a running server refuses it within seconds')
    .argument('<id>')
    .requiredOption(...FILE)
    .action(async (id: string, { file }: { file: string }) => {
      const rows = await readRows(file)
      const kept = rows.filter((row) => row.id !== id)
      if (kept.length === rows.length) throw new Failure(3, `There is no token ${id} in ${file}.`)
      await writeRows(file, kept)
      talk.err(`revoked ${id}\n`)
    })
}

function daysOf(text: string): number {
  const days = Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= TOKEN_DAYS) return days
  throw new InvalidArgumentError(`a whole number from 1 to ${TOKEN_DAYS}`)
}

/** The rows of a file; none if it does not exist yet. @throws Failure a file that holds other text */
async function readRows(file: string): Promise<readonly TokenRow[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]'
    throw new Failure(1, `${file} cannot be read (${error.code ?? 'unknown'}).`)
  })
  try {
    return TokenFile.parse(JSON.parse(text))
  } catch {
    throw new Failure(1, `${file} is not a file of tokens. Name another with --file.`)
  }
}

/** Replaces the file at once, readable by its owner only. A bad row is refused before. */
async function writeRows(file: string, rows: readonly TokenRow[]): Promise<void> {
  const { error } = TokenFile.safeParse(rows)
  if (error !== undefined) {
    const [issue] = error.issues
    throw new Failure(2, `${issue?.path.slice(1).join('.') ?? ''}: ${issue?.message ?? ''}`)
  }
  const fresh = `${file}.new`
  try {
    const handle = await open(fresh, 'wx', 0o600)
    await handle.writeFile(`${JSON.stringify(rows, null, 2)}\n`)
    await handle.sync()
    await handle.close()
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new Failure(1, `${file} cannot be written (${code}).`)
  }
}
