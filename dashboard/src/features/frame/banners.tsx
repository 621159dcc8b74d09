import { useQuery } from '@tanstack/react-query'
import { FlaskConical, TriangleAlert } from 'lucide-react'
import { platformQuery } from '../../api/queries.ts'
import { classes } from '../../ui/classes.ts'

/** One line per banner of the server, worst first. An active banner cannot be dismissed. */
export function Banners() {
  const banners = useQuery(platformQuery).data?.banners ?? []
  if (banners.length === 0) return null
  return (
    <section aria-label="Notices">
      {banners.map(({ code, message }) => {
        const simulated = code === 'simulated'
        const Icon = simulated ? FlaskConical : TriangleAlert
        return (
          <p
            key={code}
            role={simulated ? undefined : 'alert'}
            className={classes(
              'flex items-start justify-center gap-2 px-4 py-1.5 text-sm font-medium',
              simulated ? 'bg-simulated-fill text-simulated' : 'bg-error-fill text-error',
            )}
          >
            <Icon aria-hidden size={15} className="mt-0.5 shrink-0" />
            {message}
          </p>
        )
      })}
    </section>
  )
}
