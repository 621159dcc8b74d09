import { useQuery } from '@tanstack/react-query'
import { platformQuery } from '../api/queries.ts'

/** True while Argo CD is played by the server and no cluster runs the stores. */
export function useSimulated(): boolean {
  return useQuery(platformQuery).data?.simulated === true
}
