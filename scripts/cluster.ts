import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { connect, createServer } from 'node:net'
import { OTHERS, type Ports, USUAL } from './cluster-ingress.ts'
import { downSteps, repoUrlOf, type Step, upSteps } from './cluster-steps.ts'
import { contextOf, hostAddress, type Tool, tools } from './cluster-tools.ts'

const USAGE = `Usage: npm run cluster:up -- kind|k3d|minikube [--dry-run]
       npm run cluster:down -- kind|k3d|minikube [--dry-run]
Makes, or removes, a cluster named storewright with an ingress controller and Argo CD, set as argocd/README.md says.
Needs docker, kubectl, curl and the tool. Stores answer on ports 80 and 443 of this machine, or on 8081 and 8444 where
those are taken.
`
const GIT_PORT = 8090

/** Prints the commands, or runs them and stops at the first failure. @returns exit code */
async function main([action, tool, ...flags]: readonly string[]): Promise<number> {
  const known = tools.find((name) => name === tool)
  const dryRun = flags.includes('--dry-run')
  if (
    known === undefined ||
    flags.some((flag) => flag !== '--dry-run') ||
    (action !== 'up' && action !== 'down')
  ) {
    process.stderr.write(USAGE)
    return 2
  }
  if (action === 'down') return run(downSteps(known), dryRun)
  const repoToken = randomBytes(24).toString('hex')
  const webhookSecret = randomBytes(24).toString('hex')
  const repoUrl = repoUrlOf(known, GIT_PORT)
  const ports = (await areFree(USUAL)) ? USUAL : OTHERS
  const objects = objectsFor(repoUrl)
  const linux = process.platform === 'linux'
  const code = run(
    upSteps(known, { objects, repoUrl, repoToken, webhookSecret, ports, linux }),
    dryRun,
  )
  if (code === 0) {
    const [token, secret] = dryRun ? ['…', '…'] : [repoToken, webhookSecret]
    process.stdout.write(nextSteps(known, token, secret, ports))
  }
  return code
}

/** Returns whether both ports are free. */
async function areFree({ http, https }: Ports): Promise<boolean> {
  const free = await Promise.all([http, https].map(isFree))
  return free.every(Boolean)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      // Only root may bind this port, and docker runs as root. Connecting shows whether the port is
      // in use.
      if (code !== 'EACCES') return resolve(false)
      const socket = connect(port, '127.0.0.1', () => resolve(false))
      socket.once('error', () => resolve(true)).unref()
    })
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

function objectsFor(repoUrl: string): string {
  const words = [
    'src/cli/storectl.ts',
    'argocd',
    'gitops-repo-template',
    '--repo-url',
    repoUrl,
    '--dashboard-url',
    'http://localhost:8080',
  ]
  return execFileSync(process.execPath, words, { encoding: 'utf8' })
}

function run(steps: readonly Step[], dryRun: boolean): number {
  for (const { what, command, input } of steps) {
    process.stdout.write(
      `# ${what}\n${command.join(' ')}${input === undefined ? '' : '   (from standard input)'}\n`,
    )
    if (dryRun) continue
    const [program, ...words] = command
    const { status, error } = spawnSync(program ?? '', words, {
      stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'],
      ...(input === undefined ? {} : { input }),
    })
    if (status === 0) continue
    process.stderr.write(
      `${program} failed${error === undefined ? '' : `: ${error.message}`}; nothing after it was done\n`,
    )
    return 1
  }
  return 0
}

function nextSteps(tool: Tool, token: string, secret: string, ports: Ports): string {
  const kubectl = `kubectl --context ${contextOf(tool)} -n argocd`
  const address = process.platform === 'linux' ? `"$(${hostAddress(tool)})"` : '127.0.0.1'
  return `
1. Start Storewright beside it:
  ${kubectl} port-forward svc/argocd-server 8082:80 &
  ${kubectl} port-forward svc/argocd-applicationset-controller 7000:7000 &
  GIT_SERVE_ADDR=${address}:${GIT_PORT} GIT_SERVE_TOKEN=${token} KUBECONFIG=$HOME/.kube/config \\
  ARGOCD_WEBHOOK_URLS=http://127.0.0.1:8082/api/webhook,http://127.0.0.1:7000/api/webhook \\
  ARGOCD_WEBHOOK_SECRET=${secret} npm start

2. In another terminal, give the release its digests, once:
  git clone http://127.0.0.1:8080/git/stores.git && npx storectl release resolve stores
  git -C stores commit -am "chore(platform): set the digests of the release" && git -C stores push

3. Create a store and open its shop:
  npx storectl create my-shop --wait --timeout 15m
${shopOf(ports)}`
}

const SHOP = 'http://my-shop.127-0-0-1.nip.io'

function shopOf({ http }: Ports): string {
  if (http === USUAL.http) return `  ${SHOP}\n`
  return `  curl --connect-to ::127.0.0.1:${http} ${SHOP}

Another program holds port ${USUAL.http} or ${USUAL.https} of this machine, so shops answer on port ${http}. A shop sends browsers to its own address,
which names no port. To open it in a browser, end that program, then run cluster:down and cluster:up again.
`
}

process.exitCode = await main(process.argv.slice(2))
