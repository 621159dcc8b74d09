import { createHash } from 'node:crypto'
import { DownloadFailure, get, piecesOf } from './download.ts'

const ANSWER_MS = 30_000
const WHOLE_MS = 600_000
/** WooCommerce 11.1 takes about 25 MiB. */
const ZIP_BYTES = 256 * 1024 * 1024
/** Local file header. Source: APPNOTE.TXT 4.3.7. */
const ZIP_MAGIC = Buffer.from('PK\u0003\u0004', 'latin1')

/**
 * SHA-256 of a zip, 64 hex digits. The zip is not stored.
 * @throws DownloadFailure the download failed, is larger than `maxBytes` or is not a zip
 */
export async function zipSum(
  url: string,
  signal: AbortSignal,
  maxBytes: number = ZIP_BYTES,
): Promise<string> {
  const whole = AbortSignal.any([signal, AbortSignal.timeout(WHOLE_MS)])
  const { host } = new URL(url)
  const response = await get(url, { timeoutMs: ANSWER_MS, signal: whole })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new DownloadFailure(
      response.status,
      `${host} returned status ${response.status} for ${url}`,
      'Correct the version and url of the plugin in platform.yaml.',
    )
  }
  const hash = createHash('sha256')
  let head = Buffer.alloc(0)
  for await (const piece of piecesOf(response, maxBytes, host)) {
    if (head.length < ZIP_MAGIC.length) head = Buffer.concat([head, piece.subarray(0, 4)])
    hash.update(piece)
  }
  if (!head.subarray(0, 4).equals(ZIP_MAGIC)) {
    throw new DownloadFailure(
      200,
      `${url} is not a zip file`,
      'Correct the url of the plugin in platform.yaml.',
    )
  }
  return hash.digest('hex')
}
