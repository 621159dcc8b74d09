import { adapter, EVERYWHERE, type Fence } from './fence-kinds.ts'

/** Fences of adapters that may import one library each. */
export const fencesOfAdapters: readonly Fence[] = [
  {
    glob: 'src/adapters/limits/*.ts',
    plant: 'src/adapters/limits/planted.ts',
    refuse: ['../../operations/create-store.ts', '../git/x.ts', 'node:fs', 'hono', ...EVERYWHERE],
    allow: ['./x.ts', '../../domain/access/rate-limits.ts', 'rate-limiter-flexible', 'ioredis'],
  },
  {
    glob: 'src/adapters/sign-in/*.ts',
    plant: 'src/adapters/sign-in/planted.ts',
    refuse: ['../git/process/argv.ts', '../../server/config.ts', 'rate-limiter-flexible', 'hono'],
    allow: ['./x.ts', '../../domain/access/person.ts', 'openid-client', 'jose', 'node:crypto'],
  },
  {
    glob: 'src/adapters/metrics/*.ts',
    plant: 'src/adapters/metrics/planted.ts',
    refuse: ['../../operations/create-store.ts', '../git/x.ts', 'node:fs', 'hono', ...EVERYWHERE],
    allow: ['./x.ts', '../../domain/metrics.ts', '@prometheus-io/client'],
  },
  {
    glob: 'src/adapters/registry/*.ts',
    plant: 'src/adapters/registry/planted.ts',
    refuse: ['../../operations/create-store.ts', '../git/x.ts', 'node:fs', 'hono', ...EVERYWHERE],
    allow: ['./x.ts', '../../domain/ports.ts', '../../contract/version.ts', 'node:crypto'],
  },
  adapter('argocd', 'git', ['zod']),
  adapter('telemetry', 'git', ['pino', '@opentelemetry/api']),
  adapter('notify', 'git', ['nodemailer']),
  {
    glob: 'src/notify/*.ts',
    plant: 'src/notify/planted.ts',
    refuse: [
      ...['../adapters/notify/http-post.ts', '../operations/create-store.ts', 'node:fs', 'hono'],
      ...EVERYWHERE,
    ],
    allow: [
      './ports.ts',
      '../observe/change-feed.ts',
      '../domain/ports.ts',
      '../contract/store.ts',
    ],
  },
]
