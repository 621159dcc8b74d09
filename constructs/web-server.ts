import { compute, container } from './hardened.ts'
import { k8s } from './kube.ts'
import type { WooStoreProps } from './props.ts'
import { codeMounts } from './shop-pod.ts'
import { SHOP_UID } from './uploads.ts'
import { mount } from './volumes.ts'

export const WEB_PORT = 8080
/** Its memory is part of the plan's memory for the pod (ADR 0167). */
export const WEB_COMPUTE = compute(30, 32, 250, 64)

/**
 * The server in front of PHP. It holds client connections, serves static files and passes page
 * requests to the container `wordpress`. Slow clients and probes therefore never occupy or wait for
 * a PHP worker. It has its own container, so that the kernel does not kill it if PHP exceeds its
 * memory limit.
 */
export function webContainer(props: WooStoreProps, lifecycle: k8s.Lifecycle | null): k8s.Container {
  return container({
    name: 'web',
    image: props.images.wordpress,
    uid: SHOP_UID,
    resources: WEB_COMPUTE,
    command: ['apache2', '-f', '/config/web.conf', '-DFOREGROUND'],
    // By default glibc gives threads their own heaps, up to eight per processor (mallopt(3),
    // M_ARENA_MAX).
    env: { MALLOC_ARENA_MAX: '2', STORE_HOST: props.host },
    ports: [{ name: 'http', containerPort: WEB_PORT }],
    probes: PROBES,
    ...(lifecycle === null ? {} : { lifecycle }),
    mounts: [
      ...codeMounts(props, true),
      mount('config', '/config', { readOnly: true }),
      mount('run', '/run/apache2'),
    ],
  })
}

const PORT = k8s.IntOrString.fromNumber(WEB_PORT)
const STATIC_FILE = { path: '/wp-includes/images/blank.gif', port: PORT }

/**
 * Readiness requests a static file, so a busy or broken PHP or a missing database does not fail it.
 * Liveness only opens a connection, so that a server with all threads in use is not restarted.
 */
const PROBES = {
  startup: { httpGet: STATIC_FILE, periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 120 },
  readiness: { httpGet: STATIC_FILE, periodSeconds: 5, timeoutSeconds: 10, failureThreshold: 3 },
  liveness: {
    tcpSocket: { port: PORT },
    periodSeconds: 20,
    timeoutSeconds: 10,
    failureThreshold: 6,
  },
} satisfies Record<string, k8s.Probe>
