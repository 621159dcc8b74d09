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
