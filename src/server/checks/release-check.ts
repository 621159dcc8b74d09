import type { Applications, StoresRepo } from '../../domain/ports.ts'
import { isPlaceholder, releasePins } from '../../domain/release-pins.ts'
import { type Finding, ill, warning, well } from '../../observe/checks.ts'

export interface ReleaseCheckDeps {
  readonly repo: Pick<StoresRepo, 'snapshot'>
  readonly applications: Pick<Applications, 'simulated'>
}

const FIX =
  'In a clone of the stores repo, run storectl release resolve, then commit and push platform.yaml.'

/**
 * Checks that pods can download the images and archives of all releases. Placeholder digests fail
 * the check if a cluster runs the stores. With simulated status they are a warning.
 */
export function releaseDigests({ repo, applications }: ReleaseCheckDeps): Finding {
  const pins = releasePins(repo.snapshot().platform.releases)
  const missing = pins.filter(isPlaceholder)
  const [first] = missing
  if (first === undefined) return well(`${pins.length} digests and checksums are set`)
  const detail = `${missing.length} of ${pins.length} digests and checksums in platform.yaml are placeholders, such as that of ${first.source}: nodes cannot pull them`
  return applications.simulated ? warning(detail, FIX) : ill(detail, FIX)
}
