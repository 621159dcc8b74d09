import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Log } from '../domain/ports.ts'
import type { Settings } from './settings.ts'

/** Milliseconds between looks at the files. Kubernetes replaces a mounted file by a new link. */
const LOOK_MS = 2000

/** A certificate chain and its private key, in PEM. */
export interface TlsPair {
  readonly cert: string
  readonly key: string
}

/** The pair of two files, which are read again when they change. */
export interface TlsFiles {
  readonly first: TlsPair
  /** Calls `use` with each later pair until `close`. */
  follow(use: (pair: TlsPair) => void): void
  close(): void
}

type TlsConfig = Pick<Settings, 'tlsCertFile' | 'tlsKeyFile'>

/**
 * Opens `TLS_CERT_FILE` and `TLS_KEY_FILE`. If a later version cannot be used, the pair before stays
 * in use. `null` if neither is set.
 * @throws Error one sentence, as {@link readTls}
 */
export async function openTls(config: TlsConfig, log: Log): Promise<TlsFiles | null> {
  const first = await readTls(config)
  if (first === null) return null
  const files = [config.tlsCertFile, config.tlsKeyFile].filter((path) => path !== null)
  let use = (_pair: TlsPair): void => undefined
  let used = first
  const reload = () => {
    readTls(config).then(
      (pair) => {
        // Both files change together, so the second notice often brings nothing new.
        if (pair === null || (pair.cert === used.cert && pair.key === used.key)) return
        used = pair
        use(pair)
        log.info('the TLS certificate was read again')
      },
      (error: unknown) => log.error('the TLS certificate cannot be read again', { err: error }),
    )
  }
  for (const file of files) watchFile(file, { interval: LOOK_MS, persistent: false }, reload)
  return {
    first,
    follow: (next) => (use = next),
    close: () => files.forEach((file) => unwatchFile(file, reload)),
  }
}

/** @throws Error a file cannot be read or is no PEM, or the key is not that of the certificate */
export async function readTls({ tlsCertFile, tlsKeyFile }: TlsConfig): Promise<TlsPair | null> {
  if (tlsCertFile === null || tlsKeyFile === null) return null
  const cert = await textOf('TLS_CERT_FILE', tlsCertFile)
  const key = await textOf('TLS_KEY_FILE', tlsKeyFile)
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    throw new Error(
      `TLS_CERT_FILE: ${tlsCertFile} and ${tlsKeyFile} are not a certificate and its private key in PEM`,
      { cause },
    )
  }
  return { cert, key }
}

async function textOf(setting: string, path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`${setting}: ${path} cannot be read`, { cause })
  })
  // Node accepts an empty text as no certificate at all.
  if (text.trim() === '') throw new Error(`${setting}: ${path} is empty`)
  return text
}
