import type { Plan } from '../contract/platform-file.ts'
import type { StoreFile } from '../contract/store-file.ts'

/** Kubernetes CPU quantity in canonical form: `250m`, `2`, never `2000m`. */
export function cpuQuantity(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`
}

/** Kubernetes memory quantity in canonical form: `512Mi`, `2Gi`, never `2048Mi`. */
export function memoryQuantity(mebi: number): string {
  return mebi % 1024 === 0 ? `${mebi / 1024}Gi` : `${mebi}Mi`
}

/** What the long-running pods and the volumes of a store request together, as Kubernetes quantities. */
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
 * Memory of a WordPress pod in MiB beside what PHP allocates for requests, as measured on a node (ADR 0167): the web
 * server in front, the code cache, Apache's parent process, and of each worker what its modules and libraries take.
 */
export const POD_MEMORY = { web: 64, cache: 128, base: 32, worker: 16 } as const

/** Least `memory_limit` in MiB; the largest request of WooCommerce itself takes 26 MiB (ADR 0167), plugins take more. */
export const LEAST_PHP_MEMORY_MI = 96

type Workers = Pick<Plan['wordpress'], 'memoryLimitMi' | 'workers'>

/**
 * `phpMemoryMi`: what one request may allocate, so that all workers at once stay within the pod's limit. `keepMi`: what a
 * worker may hold on to; half a request's memory, since the other half is given back after a common page.
 */
export function workerMemory(plan: Workers): { phpMemoryMi: number; keepMi: number } {
  const phpMemoryMi = Math.max(LEAST_PHP_MEMORY_MI, roomFor(plan))
  return { phpMemoryMi, keepMi: POD_MEMORY.worker + Math.floor(phpMemoryMi / 2) }
}

/** Does the limit hold all workers at once, each with the least memory that WooCommerce needs? */
export function holdsWorkers(plan: Workers): boolean {
  return roomFor(plan) >= LEAST_PHP_MEMORY_MI
}

function roomFor({ memoryLimitMi, workers }: Workers): number {
  const { web, cache, base, worker } = POD_MEMORY
  return Math.floor((memoryLimitMi - web - cache - base) / workers) - worker
}
