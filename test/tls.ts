import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate authority, and a certificate for `name`, such as `DNS:a.example` or `IP:127.0.0.1`; all in PEM. */
export function certificates(name: string): { authority: string; key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'storewright-tls-'))
  const openssl = (words: string) =>
    execFileSync('openssl', words.split(' '), { cwd: folder, stdio: 'pipe' })
  try {
    writeFileSync(join(folder, 'names'), `subjectAltName=${name}\n`)
    openssl(
      'req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=authority',
    )
    openssl('req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=server')
    openssl(
      'x509 -req -in server.csr -CA ca.crt -CAkey ca.key -out server.crt -days 2 -extfile names',
    )
    const read = (file: string) => readFileSync(join(folder, file), 'utf8')
    return { authority: read('ca.crt'), key: read('server.key'), cert: read('server.crt') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
