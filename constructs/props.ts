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

/** How a shop is reached from outside, and who may reach its pods. */
export type ExposureProps = (
  | {
      readonly mode: 'ingress'
      /** IngressClass. */
      readonly className: string
      /** `wildcard`: the controller's default certificate. `per-store`: cert-manager makes one. */
      readonly tls: 'none' | 'wildcard' | 'per-store'
      /** cert-manager ClusterIssuer of `per-store`, and of the certificate for own domains; `null` = none. */
      readonly issuer: string | null
    }
  | {
      readonly mode: 'gateway'
      readonly gateway: {
        readonly name: string
        readonly namespace: string
        /** Listener; `null` = any. */
        readonly sectionName: string | null
      }
    }
) & { readonly peers: readonly PeerProps[] }

/** One Secret in mode `sealed`. */
export interface SealedSecretProps {
  /** First 16 hex digits of the SHA-256 of the public key (SPKI) that sealed last. */
  readonly sealedWith: string
  /** What the values were made for; it stands beside them, so that a later render knows whether to keep them. */
  readonly revision: number
  /** Key -> base64 as the Sealed Secrets controller reads it. */
  readonly ciphertexts: Readonly<Record<string, string>>
}

/** Where the store's credentials come from. */
export type SecretsProps =
  | { readonly mode: 'job' }
  | {
      readonly mode: 'sealed'
      /** By Secret. */
      readonly secrets: Readonly<Record<string, SealedSecretProps>>
    }
  | {
      /** External Secrets Operator reads a secret store; keys `<store>/<secret>`. */
      readonly mode: 'external'
      readonly storeKind: 'SecretStore' | 'ClusterSecretStore'
      readonly storeName: string
      /** Go duration, such as `1h0m0s`. */
      readonly refresh: string
    }
  /** External Secrets Operator makes the values itself, once. */
  | { readonly mode: 'generator' }

/** Backups of one store. `schedule` is five cron fields, decided down to the minute. */
export type BackupProps =
  | { readonly destination: 'none' }
  | (BackupSchedule & {
      readonly destination: 'pvc'
      readonly sizeGi: number
    })
  | (BackupSchedule & {
      readonly destination: 's3'
      readonly bucket: string
      /** Secret with `rclone.conf`, whose remote is `backup`; given by the operator. */
      readonly secretName: string
      readonly rcloneImage: string
    })

interface BackupSchedule {
  readonly schedule: string
  readonly retentionDays: number
}

/** Object cache in memory; nothing of it is kept. */
export interface CacheProps {
  readonly image: string
  /** Limit of the container in MiB. */
  readonly memoryLimitMi: number
  /** What Valkey itself may hold, in MB. */
  readonly maxMemoryMb: number
}

/** What a shop that is a copy starts from. */
export interface OriginProps {
  /** Name of the store it was copied from. */
  readonly store: string
  /** Name of a dump there, such as `daily-20261121T020000Z`. */
  readonly restorePoint: string
}

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
  /** Primary host, without scheme and port: the address WordPress calls its own. */
  readonly host: string
  /** Host below the platform's domain; equals `host` unless the store has domains of its own. */
  readonly platformHost: string
  /** Own domains; the first is the primary host. */
  readonly domains: readonly string[]
  readonly scheme: 'http' | 'https'
  readonly images: {
    readonly wordpress: string
    readonly wordpressCli: string
    readonly mariadb: string
  }
  /**
   * `download`: checked zips are unpacked at pod start. `baked`: the code is in the image. `writable`: as `download`,
   * and `wp-content` lies on the volume, so the merchant may change it.
   */
  readonly code: 'download' | 'baked' | 'writable'
  /** WooCommerce first. In mode `baked`: what the image holds. */
  readonly components: readonly ComponentProps[]
  /** Database `major.minor` the release expects. */
  readonly mariadbVersion: string
  /** Compute of the pod. */
  readonly wordpress: ComputeProps & {
    /** PHP requests at a time. */
    readonly workers: number
    /** What PHP may allocate for one request, in MiB. */
    readonly phpMemoryMi: number
    /** What a worker may still hold when the next request begins, in MiB; with more it is replaced. */
    readonly keepMi: number
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
    /** StorageClass; `null` = the cluster's default. */
    readonly className: string | null
    readonly uploadsAccess: 'RWO' | 'RWX'
  }
  /** Pods of WordPress; more than one only with `RWX`. */
  readonly replicas: { readonly min: number; readonly max: number }
  readonly initDeadlineSeconds: number
  readonly exposure: ExposureProps
  readonly secrets: SecretsProps
  readonly backup: BackupProps
  readonly cache: CacheProps | null
  /** Order mails go out by the operator's Secret `smtp`. */
  readonly smtp: boolean
  /** A copy that must not reach anyone: no mail, no webhook, no gateway, not indexed. */
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
    /** Secret with key `email` for the admin's address; `null` = `<user>@<host>`. */
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
    /** Above 0: one backup is made now. */
    readonly backup: number
  }
  /**
   * `suspended`: nothing runs, the route answers 503. `deleted`: also no route (soft delete). `purge`: also nothing is
   * protected any longer. Data and credentials are the same objects in all four, so a revert brings the shop back.
   */
  readonly lifecycle: 'active' | 'suspended' | 'deleted' | 'purge'
  /** Purge waits for a person before anything is deleted. */
  readonly confirmNamespace: boolean
}

/** One file of `manifests/`. */
export interface RenderedFile {
  /** Such as `40-database.yaml`. */
  readonly path: string
  readonly bytes: Uint8Array
}
