import { z } from 'zod'
import { Cpu, Gibi, Memory } from './platform-values.ts'

const compute = { cpuRequest: Cpu, cpuLimit: Cpu, memoryRequest: Memory, memoryLimit: Memory }
const replicas = z.int().min(1).max(10)

/** Size of a store, as platform.yaml declares it. */
export const PlanFile = z
  .strictObject({
    wordpress: z.strictObject({
      ...compute,
      workers: z.int().min(2).max(150),
      replicas: z.strictObject({ min: replicas, max: replicas }).optional(),
    }),
    mariadb: z.strictObject({ ...compute, bufferPool: Memory }),
    storage: z.strictObject({ uploads: Gibi, database: Gibi, backups: Gibi.optional() }),
    quota: z.strictObject({
      requestsCpu: Cpu,
      requestsMemory: Memory,
      limitsCpu: Cpu,
      limitsMemory: Memory,
      pods: z.int().min(8).max(200),
    }),
    initDeadlineSeconds: z.int().min(300).max(7200).optional(),
  })
  .transform(({ wordpress, mariadb, storage, quota, initDeadlineSeconds }): Plan => ({
    wordpress: {
      ...computeOf(wordpress),
      workers: wordpress.workers,
      replicas: wordpress.replicas ?? { min: 1, max: 1 },
    },
    mariadb: { ...computeOf(mariadb), bufferPoolMi: mariadb.bufferPool },
    // One dump and one copy of the uploads, assuming poor compression.
    storage: { ...storage, backups: storage.backups ?? storage.uploads + storage.database },
    quota: {
      requestsCpuMillis: quota.requestsCpu,
      requestsMemoryMi: quota.requestsMemory,
      limitsCpuMillis: quota.limitsCpu,
      limitsMemoryMi: quota.limitsMemory,
      pods: quota.pods,
    },
    initDeadlineSeconds: initDeadlineSeconds ?? 1800,
  }))

interface Compute {
  readonly cpuRequestMillis: number
  readonly cpuLimitMillis: number
  readonly memoryRequestMi: number
  readonly memoryLimitMi: number
}

function computeOf(part: Record<keyof typeof compute, number>): Compute {
  return {
    cpuRequestMillis: part.cpuRequest,
    cpuLimitMillis: part.cpuLimit,
    memoryRequestMi: part.memoryRequest,
    memoryLimitMi: part.memoryLimit,
  }
}

/** Size of a store. CPU in millicores, memory in MiB, volumes in GiB. */
export interface Plan {
  /**
   * `workers` is the number of concurrent PHP requests; their memory derives from the limit. More
   * than one replica requires shared uploads.
   */
  readonly wordpress: Compute & {
    readonly workers: number
    readonly replicas: { readonly min: number; readonly max: number }
  }
  readonly mariadb: Compute & { readonly bufferPoolMi: number }
  readonly storage: {
    readonly uploads: number
    readonly database: number
    readonly backups: number
  }
  readonly quota: {
    readonly requestsCpuMillis: number
    readonly requestsMemoryMi: number
    readonly limitsCpuMillis: number
    readonly limitsMemoryMi: number
    readonly pods: number
  }
  /** Maximum seconds for the set-up Job. */
  readonly initDeadlineSeconds: number
}
