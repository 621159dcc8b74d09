import { GIT_PATH } from '../domain/git-client.ts'
import type { Applications } from '../domain/ports.ts'
import type { Config } from './config.ts'
import type { Listener } from './listen.ts'

const ABOUT = {
  simulated: 'simulated: stores are committed to Git, but no cluster runs them',
  kubernetes: 'watched through the API server of its cluster',
  argocd: 'watched through its own API',
} as const satisfies Record<Applications['source'], string>

export function addressOf(config: Config): string {
  return `http://localhost:${config.listenAddr.port}`
}

/** Address to open in a browser. */
export function publicOrigin(config: Config, main: Listener): string {
  return config.publicUrl ?? (config.listenAddr.port === 0 ? main.origin : addressOf(config))
}

/** What is real and what is simulated, one line each. */
export function about(
  config: Config,
  origin: string,
  embedded: string | null,
  { source }: Applications,
  metrics: readonly Listener[],
): readonly string[] {
  return [
    embedded === null
      ? `Stores repo  ${config.storesRepoUrl}`
      : `Stores repo  git clone ${origin}${GIT_PATH}  (kept in ${embedded})`,
    `Argo CD      ${ABOUT[source]}`,
    `API          ${origin}/docs`,
    ...metrics.map((listener) => `Metrics      ${listener.origin}/metrics`),
  ]
}
