import type { PodProps } from './hardened.ts'
import type { k8s } from './kube.ts'
import type { StoreIdentity } from './metadata.ts'
import type { WooStoreProps } from './props.ts'
import { claim, mount } from './volumes.ts'

/**
 * www-data of the Apache image. The CLI image uses 82 by default; both run as 33, so files stay
 * mutually writable.
 */
export const SHOP_UID = 33

/** Label of every pod that mounts `uploads` or `backups`. */
export const USES_UPLOADS = { 'storewright.dev/uses': 'uploads' } as const

/**
 * Name of the claim with the merchant's content: uploads, or all of `wp-content` in code mode
 * `writable`.
 */
export function contentClaim({ code }: WooStoreProps): 'uploads' | 'content' {
  return code === 'writable' ? 'content' : 'uploads'
}

/**
 * Folder of the claim with the uploads. The kubelet must never create it, because it would belong
 * to root.
 */
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
 * A read-write-once volume works on one node only, so all its pods follow the first one. Pods of
 * shared volumes spread instead.
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
