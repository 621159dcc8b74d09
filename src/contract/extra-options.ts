import { z } from 'zod'
import { Labels } from './labels.ts'
import type { StoreOption } from './store-option.ts'
import { BackupOverride, Components, Domains, Origin, Pin } from './store-values.ts'

const SHA256 = '0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c'

/**
 * Options that a store.yaml states only if they were set. Without an option the store renders as
 * with its default. A new option belongs here: rows are printed in this order.
 */
export const extraOptions = {
  domains: {
    schema: Domains,
    about: 'Custom domains that point at the platform. The first becomes the primary host.',
    example: ['shop.example.com'],
    default: { text: 'the host below the base domain' },
    patch: 'remove',
    costs: ['address_changes', 'shop_restarts', 'set_up_runs'],
    inputs: [
      {
        section: 'Address and shop',
        label: 'Own domains',
        help: 'One per line. The first is the address of the shop. Point each domain at the platform first.',
        control: 'lines',
      },
    ],
  },
  plugins: {
    schema: Components,
    about: 'WordPress plugins to install, each with its checksum.',
    example: [],
    default: null,
    patch: 'remove',
    costs: ['shop_restarts', 'set_up_runs'],
    members: {
      '[].slug': ['Name of the plugin on the plugin host.', 'woocommerce-services'],
      '[].version': ['Version to install.', '1.2.3'],
      '[].sha256': ['SHA-256 of the zip, 64 hex digits.', SHA256],
    },
    inputs: [
      {
        section: 'Plugins and themes',
        label: 'Plugins',
        help: 'One a line: slug, version and SHA-256 of the zip.',
        control: 'components',
      },
    ],
  },
  themes: {
    schema: Components,
    about: 'WordPress themes to install, each with its checksum.',
    example: [],
    default: null,
    patch: 'remove',
    costs: ['shop_restarts', 'set_up_runs'],
    members: {
      '[].slug': ['Name of the theme on the plugin host.', 'storefront'],
      '[].version': ['Version to install.', '4.6.0'],
      '[].sha256': ['SHA-256 of the zip, 64 hex digits.', SHA256],
    },
    inputs: [
      {
        section: 'Plugins and themes',
        label: 'Themes',
        help: 'Written the same way.',
        control: 'components',
      },
    ],
  },
  code: {
    schema: z.enum(['immutable', 'writable']),
    about:
      '`immutable` runs only reviewed code. `writable` lets administrators install plugins in the shop.',
    example: 'immutable',
    default: { value: 'immutable' },
    patch: 'fixed',
    costs: [],
  },
  cache: {
    schema: z.boolean(),
    about: 'True adds an object cache to the store.',
    example: false,
    default: { value: false },
    patch: 'remove',
    costs: ['shop_restarts', 'set_up_runs'],
    inputs: [
      {
        section: 'Mail, cache and network',
        label: 'Object cache',
        help: 'Valkey in memory, one pod more; losing it costs time only.',
        control: 'check',
      },
    ],
  },
  smtp: {
    schema: z.boolean(),
    about: 'True sends e-mail through the mail server of a Secret in the namespace.',
    example: false,
    default: { value: false },
    patch: 'remove',
    costs: ['shop_restarts', 'set_up_runs'],
    inputs: [
      {
        section: 'Mail, cache and network',
        label: 'Order e-mails',
        help: "Sent through the Secret smtp of the store's namespace; without it none goes out.",
        control: 'check',
      },
    ],
  },
  egress: {
    schema: z.strictObject({ https: z.enum(['allow', 'deny']) }),
    about: 'Outgoing connections of the shop.',
    example: { https: 'allow' },
    default: { text: '`egress` of `platform.yaml`' },
    patch: 'remove',
    costs: ['shop_restarts', 'set_up_runs'],
    members: { https: ['Whether the shop may reach the internet over HTTPS.', 'allow'] },
    inputs: [
      {
        member: 'https',
        section: 'Mail, cache and network',
        label: 'Outgoing HTTPS',
        control: 'choice',
        choices: [
          ['allow', 'Allowed to public addresses'],
          ['deny', 'Denied: gateways and updates are out of reach'],
        ],
      },
    ],
  },
  backup: {
    schema: BackupOverride,
    about: 'Backups of this store.',
    example: { destination: 'pvc', retentionDays: 7 },
    default: { text: '`backup` of `platform.yaml`' },
    patch: 'remove',
    costs: ['set_up_runs'],
    members: {
      destination: [
        'Where backups are kept: nowhere, on a volume in the namespace, or in a bucket.',
        'pvc',
      ],
      retentionDays: ['Days that a backup is kept.', 7],
    },
    inputs: [
      {
        member: 'destination',
        section: 'Volumes and backups',
        label: 'Backups go to',
        help: 'A volume dies with the store; a bucket outlives it.',
        control: 'choice',
        choices: [
          ['none', 'Nowhere'],
          ['pvc', 'A volume beside the store'],
          ['s3', 'A bucket'],
        ],
      },
      {
        member: 'retentionDays',
        section: 'Volumes and backups',
        label: 'Backups are kept, days',
        help: '1 to 90; empty: as the platform says.',
        control: 'number',
        max: 90,
      },
    ],
  },
  pin: {
    schema: Pin,
    about: 'Keeps the store out of rollouts until a day.',
    example: { until: '2026-12-27', reason: 'no changes before Christmas' },
    default: null,
    patch: 'remove',
    costs: [],
    members: {
      until: ['Last day of the pin, ISO 8601.', '2026-12-27'],
      reason: ['Reason of the pin, at least 10 characters.', 'no changes before Christmas'],
    },
    inputs: [
      {
        member: 'until',
        section: 'Pin version',
        label: 'Pinned until',
        help: 'Clear both fields to unpin.',
        control: 'date',
      },
      {
        member: 'reason',
        section: 'Pin version',
        label: 'Why it is pinned',
        help: 'At least 10 characters.',
        control: 'text',
        max: 200,
      },
    ],
  },
  php: {
    schema: z.strictObject({ uploadMaxMegabytes: z.int().min(1).max(512) }),
    about: 'Limits of PHP.',
    example: { uploadMaxMegabytes: 96 },
    default: { value: { uploadMaxMegabytes: 64 } },
    patch: 'remove',
    costs: ['shop_restarts'],
    members: {
      uploadMaxMegabytes: [
        'Largest upload in megabytes. Its bound follows from the memory and the number of PHP workers of the plan.',
        96,
      ],
    },
    inputs: [
      {
        member: 'uploadMaxMegabytes',
        section: 'Mail, cache and network',
        label: 'Largest upload, MB',
        help: 'Bounded by the plan. Empty: 64.',
        control: 'number',
        max: 512,
      },
    ],
  },
  origin: {
    schema: Origin,
    about: 'Store and dump that this store is a copy of.',
    example: { store: 'my-shop', restorePoint: 'daily-20261129', at: '2026-11-29T02:00:00Z' },
    default: null,
    patch: 'fixed',
    costs: [],
    members: {
      store: ['Name of the store that was copied.', 'my-shop'],
      restorePoint: ['Name of the dump.', 'daily-20261129'],
      at: ['Time of the dump, RFC 3339.', '2026-11-29T02:00:00Z'],
    },
  },
  quarantine: {
    schema: z.boolean(),
    about:
      'True keeps a copy from reaching customers: no e-mail and no payments leave it. A new copy starts with it.',
    example: false,
    default: { value: false },
    patch: 'remove',
    costs: ['shop_restarts', 'set_up_runs'],
    inputs: [
      {
        section: 'Mail, cache and network',
        label: 'Quarantine',
        help: 'Sends nothing outside: no mail, no webhooks, no payments. Search engines do not index it.',
        control: 'check',
      },
    ],
  },
  labels: {
    schema: Labels,
    about: 'Labels for filters, at most 20. Keys of Kubernetes and Storewright are reserved.',
    example: { season: 'winter' },
    default: null,
    patch: 'remove',
    costs: [],
    inputs: [{ section: '', label: 'Labels', help: 'One key=value per line.', control: 'labels' }],
  },
} as const satisfies Record<string, StoreOption>
