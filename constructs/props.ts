/** Requests and limits of one container: CPU in millicores, memory in MiB. */
export interface ComputeProps {
  readonly cpuRequestMillis: number
  readonly cpuLimitMillis: number
  readonly memoryRequestMi: number
  readonly memoryLimitMi: number
}

/** Allowed client of WordPress: pods of a namespace, or a network outside the cluster. */
export type PeerProps =
  | { readonly namespace: string; readonly podLabels?: Readonly<Record<string, string>> }
  | { readonly cidr: string }

/** Public access to a shop, and the allowed clients of its pods. */
export type ExposureProps = (
  | {
      readonly mode: 'ingress'
      /** IngressClass. */
      readonly className: string
      /**
       * `wildcard` uses the controller's default certificate. `per-store` has cert-manager issue
       * one.
       */
      readonly tls: 'none' | 'wildcard' | 'per-store'
      /**
       * cert-manager ClusterIssuer for `per-store` and for own domains. `null` if there is none.
       */
      readonly issuer: string | null
    }
  | {
      readonly mode: 'gateway'
      readonly gateway: {
        readonly name: string
        readonly namespace: string
        /** Listener. `null` for any. */
        readonly sectionName: string | null
      }
    }
) & { readonly peers: readonly PeerProps[] }

/** One Secret in mode `sealed`. */
export interface SealedSecretProps {
  /** First 16 hex digits of the SHA-256 of the public key (SPKI) used last. */
  readonly sealedWith: string
  /**
   * Revision of the values. It is stored next to them, so that a later render knows whether to keep
   * them.
   */
  readonly revision: number
  /** Base64 by key, in the format of the Sealed Secrets controller. */
  readonly ciphertexts: Readonly<Record<string, string>>
}

/** Origin of the store's credentials. */
export type SecretsProps =
  | { readonly mode: 'job' }
  | {
      readonly mode: 'sealed'
      /** Keyed by Secret name. */
      readonly secrets: Readonly<Record<string, SealedSecretProps>>
    }
  | {
      /** External Secrets Operator reads a secret store with keys `<store>/<secret>`. */
      readonly mode: 'external'
      readonly storeKind: 'SecretStore' | 'ClusterSecretStore'
      readonly storeName: string
      /** Go duration, such as `1h0m0s`. */
      readonly refresh: string
    }
  /** External Secrets Operator generates the values itself, once. */
  | { readonly mode: 'generator' }

/** Backups of one store. `schedule` is five cron fields with a fixed minute. */
export type BackupProps =
  | { readonly destination: 'none' }
  | (BackupSchedule & {
      readonly destination: 'pvc'
      readonly sizeGi: number
    })
  | (BackupSchedule & {
      readonly destination: 's3'
      readonly bucket: string
      /** Secret with `rclone.conf`, whose remote is named `backup`. The operator provides it. */
      readonly secretName: string
      readonly rcloneImage: string
    })

interface BackupSchedule {
  readonly schedule: string
  readonly retentionDays: number
}

/** Object cache in memory, without persistence. */
export interface CacheProps {
  readonly image: string
  /** Limit of the container in MiB. */
  readonly memoryLimitMi: number
  /** Maximum memory for cached data, in MB. */
  readonly maxMemoryMb: number
}

/** Source of a copied shop. */
export interface OriginProps {
  /** Name of the original store. */
  readonly store: string
  /** Name of a dump of that store, such as `daily-20261121T020000Z`. */
  readonly restorePoint: string
}

/** A plugin or theme that is downloaded, verified and unpacked at pod start. */
export interface ComponentProps {
  readonly kind: 'plugin' | 'theme'
  readonly slug: string
  readonly version: string
  /** SHA-256 of the zip, 64 hex digits. */
  readonly sha256: string
  /** https URL of the zip. */
  readonly url: string
}

/** All values of one store. Constructs apply no defaults and read no platform keys. */
export interface WooStoreProps {
  readonly name: string
  readonly team: string
  readonly plan: string
  /** Primary host without scheme and port. WordPress uses it as its own address. */
  readonly host: string
  /** Host below the platform's domain. Equals `host` unless the store has own domains. */
  readonly platformHost: string
  /** Own domains. The first is the primary host. */
  readonly domains: readonly string[]
  readonly scheme: 'http' | 'https'
  readonly images: {
    readonly wordpress: string
    readonly wordpressCli: string
    readonly mariadb: string
  }
  /**
   * `download`: verified zips are unpacked at pod start. `baked`: the image contains the code.
   * `writable`: like `download`, but `wp-content` is on the volume, so that the merchant can change
   * it.
   */
  readonly code: 'download' | 'baked' | 'writable'
  /** Starts with WooCommerce. In mode `baked`, the contents of the image. */
  readonly components: readonly ComponentProps[]
  /** Database version `major.minor` that the release requires. */
  readonly mariadbVersion: string
  /** Compute of the pod. */
  readonly wordpress: ComputeProps & {
    /** Concurrent PHP requests. */
    readonly workers: number
    /** PHP memory limit of one request, in MiB. */
    readonly phpMemoryMi: number
    /** Maximum memory of an idle worker, in MiB. A worker with more is replaced. */
    readonly keepMi: number
  }
  readonly php: {
    /** Largest upload in MiB. 64 is the value of `php.ini`. */
    readonly uploadMaxMi: number
  }
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
    /** StorageClass. `null` for the cluster's default. */
    readonly className: string | null
    readonly uploadsAccess: 'RWO' | 'RWX'
  }
  /** Number of WordPress pods. More than one requires `RWX`. */
  readonly replicas: { readonly min: number; readonly max: number }
  readonly initDeadlineSeconds: number
  readonly exposure: ExposureProps
  readonly secrets: SecretsProps
  readonly backup: BackupProps
  readonly cache: CacheProps | null
  /** Sends order mails with the operator's Secret `smtp`. */
  readonly smtp: boolean
  /** A copy without outside contact: no mail, no webhooks, no payment gateways, not indexed. */
  readonly quarantine: boolean
  readonly origin: OriginProps | null
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
    /** Secret with key `email` for the admin's address. `null` for `<user>@<host>`. */
    readonly emailSecret: string | null
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
    /** Above 0, one backup runs now. */
    readonly backup: number
  }
  /**
   * `suspended`: nothing runs and the route returns 503. `deleted`: the route is removed too (soft
   * delete). `purge`: the protection of data is removed too. Data and credentials are the same
   * objects in all four states, so a revert restores the shop.
   */
  readonly lifecycle: 'active' | 'suspended' | 'deleted' | 'purge'
  /** A purge waits for a person's approval before anything is deleted. */
  readonly confirmNamespace: boolean
}

/** One file of `manifests/`. */
export interface RenderedFile {
  /** Such as `40-database.yaml`. */
  readonly path: string
  readonly bytes: Uint8Array
}
