import type { Plan } from './plan-file.ts'

/**
 * Plans of a platform that declares none, based on measurements on a node (ADR 0167). All workers
 * together, each with the memory of its largest request, stay within the memory limit. The database
 * requests its whole limit, because otherwise the node would evict the busiest databases first. The
 * quota fits the store, its set-up Job, cron, two backups and one ACME solver at the same time.
 */
export const defaultPlans = {
  small: {
    wordpress: {
      cpuRequestMillis: 100,
      cpuLimitMillis: 1000,
      memoryRequestMi: 256,
      memoryLimitMi: 576,
      workers: 3,
      replicas: { min: 1, max: 1 },
    },
    mariadb: {
      cpuRequestMillis: 100,
      cpuLimitMillis: 500,
      memoryRequestMi: 320,
      memoryLimitMi: 320,
      bufferPoolMi: 128,
    },
    storage: { uploads: 2, database: 2, backups: 3 },
    quota: {
      requestsCpuMillis: 600,
      requestsMemoryMi: 1024,
      limitsCpuMillis: 4000,
      limitsMemoryMi: 2048,
      pods: 12,
    },
    initDeadlineSeconds: 900,
  },
  medium: {
    wordpress: {
      cpuRequestMillis: 250,
      cpuLimitMillis: 2000,
      memoryRequestMi: 512,
      memoryLimitMi: 1024,
      workers: 6,
      replicas: { min: 1, max: 1 },
    },
    mariadb: {
      cpuRequestMillis: 250,
      cpuLimitMillis: 1000,
      memoryRequestMi: 768,
      memoryLimitMi: 768,
      bufferPoolMi: 384,
    },
    storage: { uploads: 10, database: 5, backups: 13 },
    quota: {
      requestsCpuMillis: 1500,
      requestsMemoryMi: 2048,
      limitsCpuMillis: 8000,
      limitsMemoryMi: 4096,
      pods: 15,
    },
    initDeadlineSeconds: 1800,
  },
  large: {
    wordpress: {
      cpuRequestMillis: 500,
      cpuLimitMillis: 2000,
      memoryRequestMi: 1024,
      memoryLimitMi: 2048,
      workers: 12,
      replicas: { min: 2, max: 5 },
    },
    mariadb: {
      cpuRequestMillis: 500,
      cpuLimitMillis: 2000,
      memoryRequestMi: 1536,
      memoryLimitMi: 1536,
      bufferPoolMi: 1024,
    },
    storage: { uploads: 50, database: 20, backups: 60 },
    quota: {
      requestsCpuMillis: 4000,
      requestsMemoryMi: 8192,
      limitsCpuMillis: 18_000,
      limitsMemoryMi: 16_384,
      pods: 24,
    },
    initDeadlineSeconds: 3600,
  },
} as const satisfies Record<string, Plan>
