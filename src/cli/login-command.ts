import type { Command } from 'commander'
import { openClient } from './client.ts'

interface Talk {
  out(text: string): void
  err(text: string): void
}

/** Adds `storectl login`, which prints a token and stores nothing. */
export function addLogin(command: Command, talk: Talk): void {
  command
    .description('sign in with a browser and print a token of 12 hours, for STORECTL_TOKEN')
    .action(async ({ server }: { readonly server: string }) => {
      const { deviceSignIn, requireTls } = await import('./device-sign-in.ts')
      requireTls(server, 'The server')
      const client = openClient(server)
      const idToken = await deviceSignIn(await client.call('getCliSignIn'), (line) =>
        talk.err(`${line}\n`),
      )
      const body = { subject_token: idToken }
      const { access_token: token, expires_in: seconds } = await client.call('exchangeToken', {
        body,
      })
      talk.out(`${token}\n`)
      talk.err(`valid for ${Math.round(seconds / 3600)} hours; keep it secret\n`)
    })
}
