import type { k8s } from './kube.ts'
import type { PodProps } from './hardened.ts'
import type { StoreIdentity } from './metadata.ts'
import type { WooStoreProps } from './props.ts'
import { claim, mount } from './volumes.ts'

/** www-data of the Apache image. The CLI image's own is 82; both run as 33, so files stay mutually writable. */
export const SHOP_UID = 33

/** Label of every pod that mounts `uploads` or `backups`. */
export const USES_UPLOADS = { 'storewright.dev/uses': 'uploads' } as const

/** Name of the claim with what merchants put in: uploads, or with code mode `writable` all of `wp-content`. */
export function contentClaim({ code }: WooStoreProps): 'uploads' | 'content' {
  return code === 'writable' ? 'content' : 'uploads'
}

/** Folder of the claim that holds the uploads. The kubelet must never make it: it would belong to root. */
function uploadsPath({ code }: WooStoreProps): string {
  return code === 'writable' ? 'content/uploads' : 'uploads'
}

export function uploadsVolume(props: WooStoreProps): k8s.Volume {
  return claim('uploads', contentClaim(props))
}

export function uploadsMount(
  props: WooStoreProps,
  path: string,
  readOnly = false,
): k8s.VolumeMount {
  return mount('uploads', path, { subPath: uploadsPath(props), ...(readOnly ? { readOnly } : {}) })
}

/**
 * A read-write-once volume is usable on one node only: all its pods go where the first of them went. Shared volumes
 * spread instead.
 */
export function besideUploads(
  store: StoreIdentity,
  props: WooStoreProps,
): Pick<PodProps, 'affinity'> {
  if (props.storage.uploadsAccess === 'RWX') return {}
  return {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            labelSelector: {
              matchLabels: { 'app.kubernetes.io/instance': store.name, ...USES_UPLOADS },
            },
            topologyKey: 'kubernetes.io/hostname',
          },
        ],
      },
    },
  }
}
