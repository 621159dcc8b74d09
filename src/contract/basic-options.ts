import { z } from 'zod'
import { ClusterName } from './labels.ts'
import { freeText } from './names.ts'
import type { StoreOption } from './store-option.ts'
import { Admin, PLAN_KEY, RELEASE_ID, Site, Storage } from './store-values.ts'

/**
 * Options that every store.yaml states. A request may leave them out, and admission then fills in
 * the default.
 */
export const basicOptions = {
  plan: {
    schema: z.string().regex(PLAN_KEY),
    request: z.string().max(20).regex(PLAN_KEY, 'a plan of platform.yaml, such as small'),
    about: 'Plan that sets the size of the store.',
    example: 'small',
    default: { text: '`defaults.plan` of `platform.yaml`' },
    patch: 'replace',
    costs: ['volumes_grow', 'database_restarts', 'shop_restarts'],
    inputs: [{ section: '', label: 'Plan', control: 'choice', choices: 'plans', required: true }],
  },
  release: {
    schema: z.string().regex(RELEASE_ID),
    request: z.string().regex(RELEASE_ID, 'a release of platform.yaml, such as 2026.11'),
    about: 'Release: a named set of images and plugins.',
    example: '2026.11',
    default: { text: '`defaults.release` of `platform.yaml`' },
    patch: 'replace',
    costs: ['data_upgraded', 'database_restarts', 'shop_restarts', 'set_up_runs'],
    inputs: [
      { section: '', label: 'Release', control: 'choice', choices: 'releases', required: true },
    ],
  },
  cluster: {
    schema: ClusterName,
    about: 'Cluster that runs the store, by its name in Argo CD. It cannot be changed.',
    example: 'in-cluster',
    default: { text: '`defaults.cluster` of `platform.yaml`' },
    patch: 'fixed',
    costs: [],
  },
  title: {
    schema: freeText(80),
    about: 'Title of the shop.',
    example: 'My shop',
    default: { text: 'the name of the store' },
    patch: 'replace',
    costs: ['set_up_runs'],
    inputs: [
      {
        section: '',
        label: 'Title',
        help: 'Shown to customers.',
        control: 'text',
        max: 80,
        required: true,
      },
    ],
  },
  autoSync: {
    schema: z.boolean(),
    about: 'True lets Argo CD apply new commits without a person.',
    example: true,
    default: { value: true },
    patch: 'replace',
    costs: [],
    inputs: [
      {
        section: '',
        label: 'Auto-sync',
        help: 'Argo CD applies each commit automatically.',
        control: 'check',
      },
    ],
  },
  site: {
    schema: Site,
    request: Site.partial(),
    about: 'Country, currency, language and time zone of the shop.',
    example: { country: 'DE', currency: 'EUR' },
    default: { value: { country: 'US', currency: 'USD', locale: 'en_US', timezone: 'UTC' } },
    patch: 'merge',
    costs: ['set_up_runs'],
    members: {
      country: ['Country of the shop, ISO 3166-1 alpha-2.', 'DE'],
      currency: ['Currency of the prices, ISO 4217.', 'EUR'],
      locale: ['WordPress locale.', 'de_DE'],
      timezone: ['IANA time zone.', 'Europe/Berlin'],
    },
    inputs: [
      {
        member: 'country',
        section: 'Address and shop',
        label: 'Country',
        help: 'ISO 3166-1, such as DE',
        control: 'text',
        max: 2,
        required: true,
      },
      {
        member: 'currency',
        section: 'Address and shop',
        label: 'Currency',
        help: 'ISO 4217, such as EUR',
        control: 'text',
        max: 3,
        required: true,
      },
      {
        member: 'locale',
        section: 'Address and shop',
        label: 'Language',
        help: 'Such as en_US',
        control: 'text',
        max: 6,
        required: true,
      },
      {
        member: 'timezone',
        section: 'Address and shop',
        label: 'Time zone',
        help: 'Such as Europe/Berlin',
        control: 'text',
        max: 64,
        required: true,
      },
    ],
  },
  sampleProduct: {
    schema: z.boolean(),
    about: 'True creates one product, so that the shop can take an order at once.',
    example: true,
    default: { value: true },
    patch: 'replace',
    costs: ['set_up_runs'],
    inputs: [
      {
        section: 'Address and shop',
        label: 'Sample product',
        help: 'Set-up adds a product for a test order.',
        control: 'check',
      },
    ],
  },
  storage: {
    schema: Storage,
    request: Storage.pick({ uploads: true, database: true, backups: true }).partial(),
    about: 'Sizes of the volumes in GiB. Volumes never shrink.',
    example: { uploads: 2 },
    default: { text: "the plan's sizes" },
    patch: 'merge',
    costs: ['volumes_grow'],
    members: {
      uploads: ['Volume for uploads, GiB.', 2],
      database: ['Volume for the database, GiB.', 2],
      backups: ['Volume for backups, GiB. Used when backups are kept on a volume.', 2],
    },
    inputs: [
      {
        member: 'uploads',
        section: 'Volumes and backups',
        label: 'Uploads, GiB',
        help: 'Only grows.',
        control: 'number',
        max: 1000,
        required: true,
      },
      {
        member: 'database',
        section: 'Volumes and backups',
        label: 'Database, GiB',
        help: 'Only grows.',
        control: 'number',
        max: 1000,
        required: true,
      },
      {
        member: 'backups',
        section: 'Volumes and backups',
        label: 'Backups, GiB',
        help: "Only for backups on a volume; only grows. Empty: the plan's.",
        control: 'number',
        max: 1000,
      },
    ],
  },
  secretsMode: {
    schema: z.enum(['job', 'sealed', 'external']),
    about:
      "Where passwords come from: made by a Job in the store's namespace, sealed for the cluster, or read by the External Secrets Operator.",
    example: 'job',
    default: { text: '`secrets.mode` of `platform.yaml`' },
    patch: 'fixed',
    costs: [],
  },
  admin: {
    schema: Admin,
    request: Admin.partial(),
    about: 'First administrator of the shop. The password is made in the cluster.',
    example: { user: 'shopkeeper' },
    default: { value: { user: 'shopkeeper' } },
    patch: 'fixed',
    costs: [],
    members: {
      user: [
        'User name: 3 to 30 lower-case letters, digits, dots, hyphens or underscores, a letter first, and not `admin`.',
        'shopkeeper',
      ],
      emailSecret: [
        "Secret in the store's namespace whose key `email` holds the address of the administrator.",
        'admin-email',
      ],
    },
  },
} as const satisfies Record<string, StoreOption>
