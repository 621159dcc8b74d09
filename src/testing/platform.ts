import type { Platform } from '../contract/platform-file.ts'
import { parsePlatformFile } from '../repo-files/platform-file.ts'

const digest = 'a'.repeat(64)

/** A small valid platform.yaml with room for many stores. */
export const PLATFORM_YAML = `apiVersion: storewright.dev/v1
kind: Platform
profile: local
limits:
  maxStores: 20000
  provisioning: 0
clusters:
  in-cluster:
    maxStores: 5000
    allowVolumeExpansion: true
teams:
  default: {}
  acme:
    title: Acme
releases:
  "2026.11":
    images:
      wordpress: wordpress:7.1.0-php8.3-apache@sha256:${digest}
      wordpressCli: wordpress:cli-2.12.0-php8.3@sha256:${digest}
      mariadb: mariadb:11.8.6@sha256:${digest}
    code: download
    woocommerce:
      version: 11.1.0
      url: https://downloads.wordpress.org/plugin/woocommerce.11.1.0.zip
      sha256: ${digest}
    schema:
      wordpress: 60717
      woocommerce: 11.1.0
      mariadb: "11.8"
`

/** {@link PLATFORM_YAML} parsed. `change` edits the text first. */
export function testPlatform(change: (yaml: string) => string = (yaml) => yaml): Platform {
  const { value, problems } = parsePlatformFile(change(PLATFORM_YAML))
  if (value === null) throw new Error(`test platform is not valid: ${JSON.stringify(problems)}`)
  return value
}
