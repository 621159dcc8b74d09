import { useQuery } from '@tanstack/react-query'
import { platformQuery } from '../api/queries.ts'

/** True while the server simulates Argo CD and no cluster runs the stores. */
export function useSimulated(): boolean {
  return useQuery(platformQuery).data?.simulated === true
}
