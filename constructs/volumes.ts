import { k8s } from './kube.ts'
import { memory } from './quantity.ts'
import type { ScriptName } from './static-files.ts'

/** Octal 0440, for files of Secrets. */
const SECRET_MODE = 0o440
/** Octal 0555, for scripts. */
const SCRIPT_MODE = 0o555

/** Scratch space. A pod that uses more than `sizeMi` is evicted. */
export function emptyDir(name: string, sizeMi: number, inMemory = false): k8s.Volume {
  return {
    name,
    emptyDir: { ...(inMemory ? { medium: 'Memory' } : {}), sizeLimit: memory(sizeMi) },
  }
}

export function claim(name: string, claimName: string): k8s.Volume {
  return { name, persistentVolumeClaim: { claimName } }
}

/**
 * Mounts only these scripts. A Job's hash covers its mounts, and no other script may change its
 * name.
 */
export function scriptsVolume(names: readonly ScriptName[]): k8s.Volume {
  return {
    name: 'scripts',
    configMap: { name: 'scripts', defaultMode: SCRIPT_MODE, items: itemsOf(names) },
  }
}

/** Mounts all of `wordpress-config`, because every shop pod needs every key. */
export function configVolume(): k8s.Volume {
  return { name: 'config', configMap: { name: 'wordpress-config' } }
}

export function settingsVolume(keys: readonly string[]): k8s.Volume {
  return { name: 'settings', configMap: { name: 'store-settings', items: itemsOf(keys) } }
}

/**
 * A Secret as files, limited to `keys` if given. With `optional`, the pod starts without the
 * Secret. It is never mounted by subPath, because such mounts are not updated.
 */
export function secretVolume(
  name: string,
  secretName: string,
  keys?: readonly string[],
  optional = false,
): k8s.Volume {
  return {
    name,
    secret: {
      secretName,
      defaultMode: SECRET_MODE,
      ...(keys === undefined ? {} : { items: itemsOf(keys) }),
      ...(optional ? { optional } : {}),
    },
  }
}

export function mount(
  name: string,
  mountPath: string,
  options: { readonly subPath?: string; readonly readOnly?: boolean } = {},
): k8s.VolumeMount {
  return {
    name,
    mountPath,
    ...(options.subPath === undefined ? {} : { subPath: options.subPath }),
    ...(options.readOnly === true ? { readOnly: true } : {}),
  }
}

function itemsOf(keys: readonly string[]): k8s.KeyToPath[] {
  return keys.toSorted().map((key) => ({ key, path: key }))
}
