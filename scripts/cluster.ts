import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { downSteps, repoUrlOf, type Step, type Tool, tools, upSteps } from './cluster-steps.ts'

const USAGE = `Usage: npm run cluster:up -- kind|k3d|minikube [--dry-run]
       npm run cluster:down -- kind|k3d|minikube [--dry-run]
Makes, or removes, a cluster named storewright with Argo CD, set as argocd/README.md says.
`
const GIT_PORT = 8081

/** Prints the commands, or runs them and stops at the first that fails. @returns exit code */
function main([action, tool, ...flags]: readonly string[]): number {
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
  const code = run(
    upSteps(known, { objects: objectsFor(repoUrl), repoUrl, repoToken, webhookSecret }),
    dryRun,
  )
  if (code === 0)
    process.stdout.write(nextSteps(known, dryRun ? '…' : repoToken, dryRun ? '…' : webhookSecret))
  return code
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

function nextSteps(tool: Tool, token: string, secret: string): string {
  return `
Start Storewright beside it (the address is one of this machine that pods of ${tool} reach):
  kubectl -n argocd port-forward svc/argocd-server 8082:80 &
  kubectl -n argocd port-forward svc/argocd-applicationset-controller 7000:7000 &
  GIT_SERVE_ADDR=<address>:${GIT_PORT} GIT_SERVE_TOKEN=${token} KUBECONFIG=$HOME/.kube/config \\
  ARGOCD_WEBHOOK_URLS=http://127.0.0.1:8082/api/webhook,http://127.0.0.1:7000/api/webhook \\
  ARGOCD_WEBHOOK_SECRET=${secret} npm start
`
}

process.exitCode = main(process.argv.slice(2))
