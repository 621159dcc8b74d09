import { readFile } from 'node:fs/promises'

/**
 * Resident memory of a process in MB (10^6 bytes), without its children. NaN without /proc.
 * Source: proc_pid_status(5), VmRSS in kB of 1,024 bytes.
 */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  return kibibytes === undefined ? Number.NaN : (Number(kibibytes) * 1024) / 1e6
}
