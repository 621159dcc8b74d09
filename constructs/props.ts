/** Requests and limits of one container: CPU in millicores, memory in MiB. */
export interface ComputeProps {
  readonly cpuRequestMillis: number
  readonly cpuLimitMillis: number
  readonly memoryRequestMi: number
  readonly memoryLimitMi: number
}

/** Who may reach WordPress: pods of a namespace, or a network outside the cluster. */
export type PeerProps =
  | { readonly namespace: string; readonly podLabels?: Readonly<Record<string, string>> }
  | { readonly cidr: string }

/** A plugin or theme that is downloaded, checked and unpacked at pod start. */
export interface ComponentProps {
  readonly kind: 'plugin' | 'theme'
  readonly slug: string
  readonly version: string
  /** 64 hex digits of the zip. */
  readonly sha256: string
  /** https URL of the zip. */
  readonly url: string
}

/** Everything one store needs, fully decided: no default and no platform key reaches a construct. */
export interface WooStoreProps {
  readonly name: string
  readonly team: string
  readonly plan: string
  /** Primary host, without scheme and port. */
  readonly host: string
  readonly scheme: 'http' | 'https'
  readonly images: {
    readonly wordpress: string
    readonly wordpressCli: string
    readonly mariadb: string
  }
  /** `baked`: the code is in the image, no zip is downloaded. */
  readonly code: 'download' | 'baked'
  /** WooCommerce first. In mode `baked`: what the image holds. */
  readonly components: readonly ComponentProps[]
  /** Database `major.minor` the release expects. */
  readonly mariadbVersion: string
  readonly wordpress: ComputeProps & { readonly workers: number }
  readonly mariadb: ComputeProps & {
    readonly bufferPoolMi: number
    readonly maxConnections: number
  }
  readonly quota: {
    readonly requestsCpuMillis: number
    readonly requestsMemoryMi: number
    readonly limitsCpuMillis: number
    readonly limitsMemoryMi: number
    readonly pods: number
  }
  readonly storage: {
    readonly uploadsGi: number
    readonly databaseGi: number
    /** StorageClass; `null` = the cluster's default. */
    readonly className: string | null
  }
  readonly initDeadlineSeconds: number
  readonly exposure: {
    readonly className: string
    readonly tls: 'none' | 'wildcard'
    readonly peers: readonly PeerProps[]
  }
  readonly network: {
    readonly nodeLocalDns: boolean
    readonly ipv6: boolean
    readonly podSecurityVersion: string
    readonly apiServer: { readonly cidrs: readonly string[]; readonly ports: readonly number[] }
    readonly httpsEgress: boolean
  }
  readonly settings: {
    readonly title: string
    readonly adminUser: string
    readonly country: string
    readonly currency: string
    readonly locale: string
    readonly timezone: string
    readonly sampleProduct: boolean
  }
  readonly nonce: {
    readonly retry: number
    readonly credentials: number
    readonly adminReset: number
  }
  /**
   * `deleted`: nothing runs, data and credentials stay, no route (soft delete).
   * The same objects otherwise, so that a revert brings the shop back.
   */
  readonly lifecycle: 'active' | 'deleted'
}

/** One file of `manifests/`. */
export interface RenderedFile {
  /** Such as `40-database.yaml`. */
  readonly path: string
  readonly bytes: Uint8Array
}
