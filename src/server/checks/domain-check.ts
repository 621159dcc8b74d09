import { lookup } from 'node:dns/promises'
import { platformHostOf } from '../../domain/layout.ts'
import type { Applications, StoresRepo } from '../../domain/ports.ts'
import type { Snapshot } from '../../domain/snapshot.ts'
import { type Finding, skipped, warning, well } from '../../observe/checks.ts'

/** Resolves a name to its addresses. @throws Error if there is none */
export type Resolve = (name: string) => Promise<readonly string[]>

export interface DomainCheckDeps {
  readonly repo: Pick<StoresRepo, 'snapshot'>
  readonly applications: Pick<Applications, 'simulated'>
  /** @default the resolver of this machine */
  readonly resolve?: Resolve
}

const MOST_HOSTS = 20

/**
 * Checks that the hosts of stores resolve here. Resolvers with DNS rebinding protection drop
 * answers with private addresses, and therefore names of nip.io. Such a name contains its address,
 * so the check can suggest lines for /etc/hosts.
 */
export async function domainCheck(deps: DomainCheckDeps): Promise<Finding> {
  if (deps.applications.simulated) return skipped('no cluster serves the stores')
  const snapshot = deps.repo.snapshot()
  const { platform } = snapshot
  const domains = new Set([
    platform.baseDomain,
    ...Object.values(platform.clusters).flatMap(({ baseDomain = [] }) => baseDomain),
  ])
  const resolve = deps.resolve ?? bySystem
  const dead: string[] = []
  for (const domain of domains) {
    const found = await resolve(`storewright-check.${domain}`).catch((): readonly string[] => [])
    const own = addressIn(domain)
    if (found.length === 0 || (own !== null && !found.includes(own))) dead.push(domain)
  }
  if (dead.length === 0) return well(`names below ${[...domains].join(', ')} resolve`)
  return warning(
    `names below ${dead.join(', ')} do not resolve on the machine of this server, so addresses of stores may not open`,
    dead.map((domain) => fixOf(domain, snapshot)).join(' '),
  )
}

const bySystem: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address)

/** The IPv4 address that a name of nip.io or sslip.io contains. `null` for another domain. */
function addressIn(domain: string): string | null {
  const found =
    /^(?:.*[.-])?(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})\.(?:nip|sslip)\.io$/.exec(domain)
  return found === null ? null : found.slice(1).join('.')
}

function fixOf(domain: string, { stores, platform }: Snapshot): string {
  const address = addressIn(domain)
  if (address === null) return `Add a wildcard record *.${domain} to the DNS of that domain.`
  const hosts = [...stores.values()]
    .map(({ name, intent }) => platformHostOf({ name, cluster: intent?.cluster ?? '' }, platform))
    .filter((host) => host.endsWith(`.${domain}`))
    .toSorted()
  if (hosts.length === 0)
    return `Use another resolver, or add a line to /etc/hosts for each store: ${address} <store>.${domain}`
  const more = hosts.length > MOST_HOSTS ? ` (and ${hosts.length - MOST_HOSTS} more)` : ''
  const lines = hosts.slice(0, MOST_HOSTS).map((host) => `${address} ${host}`)
  return `Use another resolver, or add to /etc/hosts: ${lines.join('; ')}${more}`
}
