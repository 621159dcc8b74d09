import type { Plan } from '../../contract/platform-file.ts'
import type { StoreFile } from '../../contract/store-file.ts'

/** Kubernetes CPU quantity in canonical form: `250m`, `2`, never `2000m`. */
export function cpuQuantity(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`
}

/** Kubernetes memory quantity in canonical form: `512Mi`, `2Gi`, never `2048Mi`. */
export function memoryQuantity(mebi: number): string {
  return mebi % 1024 === 0 ? `${mebi / 1024}Gi` : `${mebi}Mi`
}

/** Sum of the requests of the long-running pods and of all volumes, as Kubernetes quantities. */
export function requestsOf(
  { wordpress, mariadb }: Plan,
  { uploads, database, backups = 0 }: StoreFile['storage'],
): { cpu: string; memory: string; storage: string } {
  return {
    cpu: cpuQuantity(wordpress.cpuRequestMillis + mariadb.cpuRequestMillis),
    memory: memoryQuantity(wordpress.memoryRequestMi + mariadb.memoryRequestMi),
    storage: `${uploads + database + backups}Gi`,
  }
}

/**
 * Memory of a WordPress pod in MiB, excluding the memory that PHP allocates for requests: the web
 * server in front, the code cache, Apache's parent process, and the modules and libraries of each
 * worker. Measured on a node (ADR 0167).
 */
export const POD_MEMORY = { web: 64, cache: 128, base: 32, worker: 16 } as const

/** Minimum `memory_limit` in MiB. The largest request of WooCommerce itself takes 26 MiB (ADR 0167); plugins need more. */
const LEAST_PHP_MEMORY_MI = 96

type Workers = Pick<Plan['wordpress'], 'memoryLimitMi' | 'workers'>

/**
 * `phpMemoryMi`: what one request may allocate, so that all workers together stay within the limit
 * of the pod. `keepMi`: what an idle worker may keep, which includes half of a request's memory,
 * because the other half is released after a typical page.
 */
export function workerMemory(plan: Workers): { phpMemoryMi: number; keepMi: number } {
  const phpMemoryMi = Math.max(LEAST_PHP_MEMORY_MI, roomFor(plan))
  return { phpMemoryMi, keepMi: POD_MEMORY.worker + Math.floor(phpMemoryMi / 2) }
}

/** Does the memory limit hold all workers at once, each with the minimum that WooCommerce needs? */
export function holdsWorkers(plan: Workers): boolean {
  return roomFor(plan) >= LEAST_PHP_MEMORY_MI
}

function roomFor({ memoryLimitMi, workers }: Workers): number {
  const { web, cache, base, worker } = POD_MEMORY
  return Math.floor((memoryLimitMi - web - cache - base) / workers) - worker
}
