import { useQuery } from '@tanstack/react-query'
import { platformQuery } from '../api/queries.ts'
import { writeStops } from '../strings.ts'

/** Why writes are blocked, in the server's words. `null` if writes can succeed. */
export function useWriteRefusal(): string | null {
  const { data, isError } = useQuery(platformQuery)
  if (data === undefined) return isError ? 'The server does not answer.' : null
  const stop = data.banners.find(({ code }) => writeStops.some((word) => word === code))
  return stop?.message ?? (data.readOnly ? 'The stores repo is read-only now.' : null)
}
