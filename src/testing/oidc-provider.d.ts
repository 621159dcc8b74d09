/** The part of oidc-provider 9 that the test provider uses. Source: its docs/README.md. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Account {
    readonly accountId: string
    claims(use: string, scope: string): Record<string, unknown>
  }

  export default class Provider {
    constructor(
      issuer: string,
      options: Record<string, unknown> & {
        findAccount: (context: unknown, id: string) => Account | undefined
      },
    )
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
  }
}
