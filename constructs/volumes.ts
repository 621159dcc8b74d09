import { k8s } from './kube.ts'
import { memory } from './quantity.ts'
import type { ScriptName } from './static-files.ts'

/** Octal 0440: files of Secrets. */
const SECRET_MODE = 0o440
/** Octal 0555: scripts. */
const SCRIPT_MODE = 0o555

/** Scratch space; more than `sizeMi` evicts the pod. */
export function emptyDir(name: string, sizeMi: number, inMemory = false): k8s.Volume {
  return {
    name,
    emptyDir: { ...(inMemory ? { medium: 'Memory' } : {}), sizeLimit: memory(sizeMi) },
  }
}

export function claim(name: string, claimName: string): k8s.Volume {
  return { name, persistentVolumeClaim: { claimName } }
}

/** Exactly these scripts: a Job's hash covers what it mounts, and nothing else may rename it. */
export function scriptsVolume(names: readonly ScriptName[]): k8s.Volume {
  return {
    name: 'scripts',
    configMap: { name: 'scripts', defaultMode: SCRIPT_MODE, items: itemsOf(names) },
  }
}

/** All of `wordpress-config`: every shop pod needs every key. */
export function configVolume(): k8s.Volume {
  return { name: 'config', configMap: { name: 'wordpress-config' } }
}

export function settingsVolume(keys: readonly string[]): k8s.Volume {
  return { name: 'settings', configMap: { name: 'store-settings', items: itemsOf(keys) } }
}

/** A Secret as files; with `keys` only those. `optional`: the pod starts without it. Never mounted by subPath: such mounts are not refreshed. */
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
