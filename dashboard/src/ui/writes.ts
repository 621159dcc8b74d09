import type { Scope } from '@storewright/contract/paths.ts'
import { useQuery } from '@tanstack/react-query'
import { usePermissionRefusal } from '../api/me.ts'
import { platformQuery } from '../api/queries.ts'
import { writeStops } from '../strings.ts'

/**
 * Why this person cannot write, or why no write can succeed, in the server's words. `null`: they can.
 * @param scope absent: no permission is asked for here, the server decides
 * @param team absent: any team
 */
export function useWriteRefusal(scope?: Scope, team?: string): string | null {
  const { data, isError } = useQuery(platformQuery)
  const forbidden = usePermissionRefusal(scope, team)
  if (forbidden !== null) return forbidden
  if (data === undefined) return isError ? 'The server does not answer.' : null
  const stop = data.banners.find(({ code }) => writeStops.some((word) => word === code))
  return stop?.message ?? (data.readOnly ? 'The stores repo is read-only now.' : null)
}
