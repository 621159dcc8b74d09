/** Path of the embedded stores repo on every listener that serves it. */
export const GIT_PATH = '/git/stores.git'

/** The other end of a request to the embedded stores repo. */
export interface GitClient {
  /** Address of the connection; `null`: not known. */
  readonly peer: string | null
  /** Called after each push that Git has processed; `null`: pushes are refused. */
  readonly onPush: (() => void) | null
}
