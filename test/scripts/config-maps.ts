import { scripts, secretsScript, wordpressConfig } from '../../constructs/static-files.ts'
import type { Volumes } from './pod.ts'

/** Writes the content of a store's ConfigMaps to the paths where its pods mount them. */
export async function mountConfigMaps(volumes: Volumes): Promise<void> {
  const folders = { '/scripts': { ...scripts, ...secretsScript }, '/config': wordpressConfig }
  for (const [folder, files] of Object.entries(folders)) {
    for (const [name, content] of Object.entries(files)) {
      await volumes.write(`${folder}/${name}`, content)
    }
  }
}

/** Writes a Secret as the kubelet mounts it: one file per key. */
export async function mountSecret(
  volumes: Volumes,
  folder: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [key, value] of Object.entries(values)) await volumes.write(`${folder}/${key}`, value)
}
