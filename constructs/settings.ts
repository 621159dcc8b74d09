import type { WooStoreProps } from './props.ts'

/** Keys of ConfigMap `store-settings`, the only place for text from users, one key each. */
export function settingsOf(props: WooStoreProps): Record<string, string> {
  const { settings, nonce } = props
  return {
    'admin-email': `${settings.adminUser}@${props.host}`,
    'admin-reset': String(nonce.adminReset),
    'admin-user': settings.adminUser,
    'components.tsv': props.components.map(componentLine).join(''),
    country: settings.country,
    currency: settings.currency,
    locale: settings.locale,
    'sample-product': settings.sampleProduct ? '1' : '0',
    timezone: settings.timezone,
    title: settings.title,
  }
}

/** Keys that `init` reads. `code` reads only `components.tsv`. */
export const INIT_SETTINGS = [
  'admin-email',
  'admin-reset',
  'admin-user',
  'components.tsv',
  'country',
  'currency',
  'locale',
  'sample-product',
  'timezone',
  'title',
] as const

function componentLine(component: WooStoreProps['components'][number]): string {
  const { kind, slug, version, sha256, url } = component
  return `${[kind, slug, version, sha256, url].join('\t')}\n`
}
