import type { Platform } from '../../contract/platform-file.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import type { Warning } from '../../contract/store.ts'
import { platformHostOf } from '../layout.ts'
import { holdsWorkers } from './plans.ts'

/** With more stores, a team's folder becomes slow to list and to review. GitHub advises at most 3,000 entries. */
const LARGE_TEAM = 1000

/**
 * Warnings about platform.yaml itself.
 * @param configured BASE_DOMAIN of this process, `null` if unset. It is only used to create a new
 *   platform.yaml, because a render must be reproducible from the repository alone.
 */
export function platformWarnings(platform: Platform, configured: string | null = null): Warning[] {
  const { exposure, baseDomain, clusters, plans, profile, secrets, network } = platform
  const domains = [
    ['#/baseDomain', baseDomain] as const,
    ...Object.entries(clusters).map(
      ([name, cluster]) => [`#/clusters/${name}/baseDomain`, cluster.baseDomain ?? ''] as const,
    ),
  ]
  return [
    ...(configured !== null && configured !== baseDomain
      ? [
          warning(
            'base_domain_ignored',
            '#/baseDomain',
            `is ${baseDomain}. BASE_DOMAIN=${configured} is ignored, because it only sets the domain of a new stores repo`,
          ),
        ]
      : []),
    ...(exposure.mode === 'ingress' && exposure.className === 'nginx'
      ? [
          warning(
            'retired_ingress_class',
            '#/exposure/ingress/className',
            'ingress-nginx is retired and gets no security fixes; move to another controller',
          ),
        ]
      : []),
    // A render must be reproducible from the repository alone, so the server cannot fill in the address.
    ...(profile === 'production' &&
    secrets.mode === 'job' &&
    network.apiServer.cidrs.includes('0.0.0.0/0')
      ? [
          warning(
            'open_api_server_egress',
            '#/network/apiServer',
            'is not set, so the Job that makes passwords may reach ports 443 and 6443 of every address; set it to the addresses shown by: kubectl get endpointslices kubernetes',
          ),
        ]
      : []),
    ...domains
      .filter(([, domain]) => isDottedAddress(domain))
      .map(([pointer, domain]) =>
        warning(
          'ambiguous_base_domain',
          pointer,
          `nip.io misreads a name that ends in a digit before ${domain}; use ${dashed(domain)}`,
        ),
      ),
    ...Object.entries(plans)
      .filter(([, { wordpress }]) => !holdsWorkers(wordpress))
      .map(([id]) =>
        warning(
          'many_workers',
          `#/plans/${id}/wordpress/workers`,
          'is too many for the memory limit: PHP could exceed it and be killed. Lower it or raise memoryLimit',
        ),
      ),
  ]
}

/** Warnings about one store on this platform. `siblings` is the number of other stores of its team. */
export function storeWarnings(store: StoreFile, platform: Platform, siblings: number): Warning[] {
  const host = platformHostOf(store, platform)
  const domain = host.slice(store.name.length + 1)
  const warnings: Warning[] = []
  const add = (...row: Parameters<typeof warning>) => warnings.push(warning(...row))
  // `shop-1.127.0.0.1.nip.io` resolves to 1.127.0.0: nip.io reads the first four numbers it finds.
  if (isDottedAddress(domain) && /[0-9]$/.test(store.name)) {
    add(
      'ambiguous_host',
      '#/name',
      `nip.io misreads a name that ends in a digit before ${domain}; use ${dashed(domain)} as baseDomain`,
    )
  }
  if (siblings >= LARGE_TEAM) {
    add('large_team', '#/team', `the team has ${siblings} stores; spread them over several teams`)
  }
  if (store.code === 'writable') {
    add(
      'unreviewed_code',
      '#/code',
      'Git does not describe the code, so a revert does not undo changes to it',
    )
  } else if (store.site.locale !== 'en_US' && platform.releases[store.release]?.code !== 'baked') {
    add(
      'no_language_pack',
      '#/site/locale',
      'the language pack of this locale needs a baked image or writable code',
    )
  }
  return warnings
}

function isDottedAddress(domain: string): boolean {
  return /^(?:[0-9]{1,3}\.){4}nip\.io$/.test(domain)
}

/** `127-0-0-1.nip.io` for `127.0.0.1.nip.io`, the same address without the ambiguity. */
function dashed(domain: string): string {
  return `${domain.slice(0, -'.nip.io'.length).replaceAll('.', '-')}.nip.io`
}

function warning(code: string, pointer: string, message: string): Warning {
  return { code, message, pointer }
}
