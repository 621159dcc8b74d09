import { GIT_PATH, type GitClient } from '../../../domain/git-client.ts'
import type { Log, PackServer } from '../../../domain/ports.ts'
import { PushHold } from '../process/push-hold.ts'
import { places } from './places.ts'
import { receivePush } from './receive-pack.ts'
import { refuse } from './reply.ts'
import { advertise, exchange, type FetchOptions, type FetchPlaces } from './upload-pack.ts'

/** Packs generated at once. A clone of a large fleet takes about 100 MB in git. */
const PACKS = { count: 8, perPeer: 6, waiting: 64, waitingPerPeer: 32 } as const
/** Short requests handled at once, each with a body of at most 1 MiB. */
const TALKS = { count: 32, perPeer: 24, waiting: 64, waitingPerPeer: 32 } as const
/** Pushes handled at once. The branch lock serializes them anyway. */
const PUSHES = { count: 2, perPeer: 2, waiting: 16, waitingPerPeer: 16 } as const
/**
 * Milliseconds without output of git, or behind the minimum speed of a client, after which a
 * request ends.
 */
const STALL_MS = 60_000

export interface PackServerOptions {
  /** Bare repository, absolute. */
  readonly repositoryPath: string
  /** Short name of the only served branch. */
  readonly branch: string
  readonly log: Log
  /** @default pushes never wait */
  readonly hold?: PushHold
  /** @default 60000 */
  readonly stallMs?: number
}

const UNKNOWN: GitClient = { peer: null, onPush: null }

/**
 * Serves Git's smart HTTP protocol: full and shallow fetches in versions 0, 1 and 2, and pushes
 * from clients that may push.
 * Source: gitprotocol-http(5), gitprotocol-v2(5).
 */
export function servePacks({
  stallMs = STALL_MS,
  hold = new PushHold(),
  ...served
}: PackServerOptions): PackServer {
  const options = { ...served, hold, stallMs }
  const shared: FetchPlaces = {
    talks: places({ ...TALKS, patienceMs: stallMs }),
    packs: places({ ...PACKS, patienceMs: stallMs }),
  }
  const pushes = places({ ...PUSHES, patienceMs: stallMs })
  return {
    async handle(request, client = UNKNOWN) {
      const { pathname, searchParams } = new URL(request.url)
      switch (`${request.method} ${pathname}`) {
        case `GET ${GIT_PATH}/info/refs`:
          return discover(request, options, shared, client, searchParams.get('service'))
        case `POST ${GIT_PATH}/git-upload-pack`:
          if (isBrowser(request)) return refuse(403, FOREIGN)
          return exchange(request, options, shared, client.peer)
        case `POST ${GIT_PATH}/git-receive-pack`:
          if (client.onPush === null) return refuse(403, READ_ONLY)
          if (isBrowser(request)) return refuse(403, FOREIGN)
          return receivePush(request, options, pushes, client)
        default:
          return refuse(404, 'not a path of a Git repository')
      }
    },
  }
}

const READ_ONLY =
  'This address is read-only. Push to the address that the server prints when it starts, on the machine of the server, or make the change with storectl.'
const FOREIGN = 'Requests from web pages are not accepted here. Use git.'

/**
 * True for a browser. Git sends neither header. Browsers send at least one with every POST, and
 * pages cannot remove it.
 */
function isBrowser({ headers }: Request): boolean {
  return headers.has('origin') || headers.has('sec-fetch-site')
}

async function discover(
  request: Request,
  options: FetchOptions,
  shared: FetchPlaces,
  client: GitClient,
  service: string | null,
): Promise<Response> {
  switch (service) {
    case 'git-upload-pack':
      return advertise(request, options, shared, client.peer, 'upload-pack')
    case 'git-receive-pack':
      if (client.onPush === null) return refuse(403, READ_ONLY)
      if (isBrowser(request)) return refuse(403, FOREIGN)
      return advertise(request, options, shared, client.peer, 'receive-pack')
    case null:
      return refuse(403, 'only the smart HTTP protocol is served')
    default:
      return refuse(403, 'only git-upload-pack and git-receive-pack are served')
  }
}
