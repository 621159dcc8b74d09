import { readdir, readFile } from 'node:fs/promises'

/** Text of one /proc file of every process, by pid; empty without /proc. Source: proc(5). */
export async function ofEachProcess(
  file: 'cmdline' | 'environ' | 'stat',
): Promise<Map<number, string>> {
  const entries = await readdir('/proc').catch(() => [])
  const pids = entries.filter((entry) => /^[0-9]+$/.test(entry))
  const rows = pids.map(async (pid) => {
    // The process may have ended.
    const text = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
    return [Number(pid), text] as const
  })
  return new Map(await Promise.all(rows))
}
