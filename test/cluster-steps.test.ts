import { execFile } from 'node:child_process'
import { access, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OTHERS, traefikObjects, USUAL, VERSIONS } from '../scripts/cluster-ingress.ts'
import { downSteps, repoUrlOf, upSteps } from '../scripts/cluster-steps.ts'
import { contextOf, type Tool, tools } from '../scripts/cluster-tools.ts'
import { testPlatform } from '../src/testing/platform.ts'

const ROOT = join(import.meta.dirname, '..')
const options = {
  objects: 'OBJECTS',
  repoUrl: 'http://h/git/stores.git',
  repoToken: 'TOKEN-1',
  webhookSecret: 'SECRET-1',
  ports: USUAL,
  linux: true,
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storewright-cluster-'))
  // Each program logs its arguments and its input, and fails if they match FAIL.
  const program = `#!/bin/sh
name=$(basename "$0")
if [ ! -t 0 ]; then input=$(cat | tr '\\n' ' '); fi
if [ "$name" = docker ]; then echo fc00::1; echo 172.18.0.1; fi
printf '%s\\t%s\\n' "$name $*" "$input" >> "$LOG"
case "$name $*" in $FAIL) exit 3;; esac
`
  for (const name of ['kind', 'k3d', 'minikube', 'kubectl', 'curl', 'docker']) {
    await writeFile(join(folder, name), program)
    await chmod(join(folder, name), 0o755)
  }
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs the script with fake programs. @returns the result and the calls, in order */
async function cluster(words: readonly string[], fail = 'nothing') {
  const log = join(folder, `log-${Math.random()}`)
  await writeFile(log, '')
  const PATH = `${folder}${delimiter}${dirname(process.execPath)}${delimiter}/usr/bin${delimiter}/bin`
  const ended = await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      ['scripts/cluster.ts', ...words],
      { cwd: ROOT, env: { PATH, LOG: log, FAIL: fail } },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
    child.stdin?.end()
  })
  const called = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '')
  return { ...ended, called: called.map((line) => line.split('\t')) }
}

const CREATE: Readonly<Record<Tool, string>> = {
  kind: 'kind create cluster --name storewright --config -',
  k3d: `k3d cluster create storewright --image ${VERSIONS.k3d} --port 127.0.0.1:80:80@loadbalancer --port 127.0.0.1:443:443@loadbalancer`,
  minikube: `minikube start --profile storewright --driver docker --kubernetes-version ${VERSIONS.minikube} --listen-address 127.0.0.1 --ports 80:80 --ports 443:443`,
}

describe('part of S1-46 and S2-13: npm run cluster:up', () => {
  it.each(tools)('runs these steps in this order with %s', (tool) => {
    const steps = upSteps(tool, options)
    const k = `kubectl --context ${contextOf(tool)}`
    const alias = expect.stringContaining('patch deployment argocd-repo-server') as string
    const settings = (map: string, file: string) =>
      `${k} -n argocd patch configmap ${map} --patch-file argocd/settings/${file}.yaml`
    expect(steps.map(({ command }) => command.join(' '))).toEqual([
      CREATE[tool],
      tool === 'k3d'
        ? `${k} -n kube-system wait --for=create deployment/traefik --timeout 300s`
        : `${k} -n kube-system apply --server-side --force-conflicts -f -`,
      `${k} -n kube-system rollout status deployment/traefik --timeout 300s`,
      expect.stringMatching(/^curl .*--retry 30 .* http:\/\/127\.0\.0\.1:80\/$/) as string,
      `${k} apply -f -`,
      expect.stringMatching(
        `^${k} -n argocd apply .*/argo-cd/v[0-9.]+/manifests/install.yaml$`,
      ) as string,
      settings('argocd-cmd-params-cm', 'argocd-cmd-params-cm'),
      settings('argocd-cm', 'argocd-cm'),
      settings('argocd-cm', 'argocd-cm-local'),
      `${k} -n argocd patch secret argocd-secret --patch-file /dev/stdin`,
      `${k} apply -f -`,
      ...(tool === 'kind' ? [alias] : []),
      `${k} -n argocd rollout restart deployment,statefulset`,
      `${k} -n argocd rollout status deployment/argocd-applicationset-controller --timeout 300s`,
      `${k} apply --server-side --force-conflicts -f -`,
    ])
    expect(steps.at(-1)?.input).toBe('OBJECTS')
    // Every process of the machine can read a secret on a command line.
    expect(steps.flatMap(({ command }) => command).join(' ')).not.toMatch(/TOKEN-1|SECRET-1/)
    expect(repoUrlOf(tool, 8090)).toMatch(/^http:\/\/host\.\w+\.internal:8090\/git\/stores\.git$/)
  })

  it.each(tools)('reads only existing files with %s', async (tool) => {
    const files = upSteps(tool, options).flatMap(({ command }) =>
      command.filter((word) => word.startsWith('argocd/')),
    )
    expect(files).toHaveLength(3)
    await Promise.all(files.map((file) => access(join(ROOT, file))))
  })

  it.each(tools)('maps other ports with %s if the usual ones are taken', (tool) => {
    const [create, ...rest] = upSteps(tool, { ...options, ports: OTHERS })
    const text = [...(create?.command ?? []), create?.input].join(' ')
    expect(text).toMatch(/8081.*8444/)
    expect(text).toContain('127.0.0.1')
    expect(rest.find(({ command }) => command[0] === 'curl')?.command.at(-1)).toBe(
      'http://127.0.0.1:8081/',
    )
  })

  it('maps the ports of the node only on loopback with kind', () => {
    const [create] = upSteps('kind', options)
    expect(load(create?.input ?? '')).toMatchObject({
      nodes: [
        {
          image: VERSIONS.kind,
          extraPortMappings: [
            { containerPort: 80, hostPort: 80, listenAddress: '127.0.0.1' },
            { containerPort: 443, hostPort: 443, listenAddress: '127.0.0.1' },
          ],
        },
      ],
    })
  })

  it('installs the ingress controller that a new platform.yaml expects and lets its pods in', () => {
    const { exposure } = testPlatform((yaml) => yaml)
    const objects = traefikObjects() as {
      kind: string
      metadata: { name: string; namespace?: string }
      spec?: { template?: { metadata: { labels: Record<string, string> } } }
    }[]
    const of = (kind: string) => objects.find((object) => object.kind === kind)
    expect(of('IngressClass')?.metadata.name).toBe(exposure.className)
    const [peer] = exposure.peers
    expect(peer).toEqual({
      namespace: of('Deployment')?.metadata.namespace,
      podLabels: of('Deployment')?.spec?.template?.metadata.labels,
    })
    expect(VERSIONS.traefik).toMatch(/^traefik:v\d+\.\d+\.\d+$/)
  })

  it.each(tools)('runs the steps with %s and prints the address of a shop', async (tool) => {
    const { code, stdout, called } = await cluster(['up', tool])
    expect(code).toBe(0)
    const steps = upSteps(tool, options).map(({ command }) => command[0])
    expect(
      called.map(([line = '']) => line.split(' ')[0]).filter((name) => name !== 'docker'),
    ).toEqual(steps.map((name) => (name === 'sh' ? 'kubectl' : name)))
    expect(stdout).toContain('http://my-shop.127-0-0-1.nip.io')
    expect(stdout).toContain('storectl release resolve stores')
    expect(stdout).toMatch(/GIT_SERVE_TOKEN=[0-9a-f]{48} /)
    const objects = called.at(-1)?.[1] ?? ''
    expect(objects).toContain('kind: ApplicationSet')
  })

  it.skipIf(process.platform !== 'linux')('adds the address of the host with kind', async () => {
    const { called } = await cluster(['up', 'kind'])
    const patch = called.find(([line]) => line?.includes('argocd-repo-server'))?.[0] ?? ''
    expect(JSON.parse(patch.slice(patch.indexOf('{')))).toEqual({
      spec: {
        template: {
          spec: { hostAliases: [{ ip: '172.18.0.1', hostnames: ['host.docker.internal'] }] },
        },
      },
    })
  })

  it('stops at the first command that fails', async () => {
    const { code, stderr, stdout, called } = await cluster(['up', 'k3d'], 'curl*')
    expect(code).toBe(1)
    expect(stderr).toContain('curl failed; nothing after it was done')
    expect(called.at(-1)?.[0]).toMatch(/^curl /)
    expect(stdout).not.toContain('my-shop')
  })

  it('prints the steps and runs none with --dry-run', async () => {
    const { code, stdout, called } = await cluster(['up', 'kind', '--dry-run'])
    expect([code, called]).toEqual([0, []])
    expect(stdout).toMatch(
      /^# create the cluster\nkind create cluster --name storewright --config - {3}/,
    )
    expect(stdout).toContain('ARGOCD_WEBHOOK_SECRET=…')
  })

  it.each([
    [[]],
    [['up']],
    [['up', 'docker']],
    [['sideways', 'kind']],
    [['up', 'kind', '--force']],
  ])('refuses %j and prints the usage', async (words) => {
    const { code, stderr, called } = await cluster(words)
    expect([code, stderr, called]).toEqual([2, expect.stringContaining('kind|k3d|minikube'), []])
  })
})

describe('part of S2-34: npm run cluster:down', () => {
  it.each([
    ['kind', 'kind delete cluster --name storewright'],
    ['k3d', 'k3d cluster delete storewright'],
    ['minikube', 'minikube delete --profile storewright'],
  ] as const)('removes only the cluster of cluster:up with %s', async (tool, line) => {
    expect(downSteps(tool).map(({ command }) => command.join(' '))).toEqual([line])
    const { code, called } = await cluster(['down', tool])
    expect([code, called.map(([words]) => words)]).toEqual([0, [line]])
    // cluster:up creates nothing on this machine outside the cluster.
    const outside = upSteps(tool, options).filter(
      ({ command }) => !['kubectl', 'curl', 'sh'].includes(command[0] ?? ''),
    )
    expect(outside.map(({ what }) => what)).toEqual(['create the cluster'])
  })
})
