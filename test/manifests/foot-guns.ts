import { containersOf, type KubeObject, podsOf } from './rendered.ts'

/** A known pitfall of Argo CD or Kubernetes, with the place where it was reported. */
export interface FootGun {
  readonly name: string
  readonly source: string
  /** Returns the objects that have it, as `Kind/name`. */
  readonly found: (objects: readonly KubeObject[]) => string[]
}

const ANNOTATION = 'argocd.argoproj.io/'
const annotation = (object: KubeObject, key: string) =>
  object.metadata.annotations?.[`${ANNOTATION}${key}`]
const named = ({ kind, metadata }: KubeObject) => `${kind}/${metadata.name}`
const where =
  (holds: (object: KubeObject) => boolean) =>
  (objects: readonly KubeObject[]): string[] =>
    objects.filter(holds).map(named)

export const footGuns: readonly FootGun[] = [
  {
    name: 'a claim in an earlier sync wave than its consumer',
    source: 'argo-cd issue 12840',
    found: where(
      (object) =>
        object.kind === 'PersistentVolumeClaim' && annotation(object, 'sync-wave') !== undefined,
    ),
  },
  {
    name: 'a Job that deletes itself and is re-created forever',
    source: 'argo-cd issue 8586',
    found: where(
      ({ kind, ...object }) =>
        kind === 'Job' && object['spec'].ttlSecondsAfterFinished !== undefined,
    ),
  },
  {
    name: 'a hook, which health ignores and each full sync runs again',
    source: 'argo-cd issue 23719',
    found: where((object) => annotation(object, 'hook') !== undefined),
  },
  {
    name: 'PruneLast, with which a failing Job blocks its own fix',
    source: 'argo-cd pull request 5199',
    found: where((object) => annotation(object, 'sync-options')?.includes('PruneLast') === true),
  },
  {
    name: 'a workload before the last sync wave, whose bad health blocks its own fix',
    source: 'argo-cd issue 17314',
    found: where(
      (object) =>
        ['Deployment', 'StatefulSet'].includes(object.kind) &&
        annotation(object, 'sync-wave') !== undefined,
    ),
  },
  {
    name: 'a Job whose name does not depend on its immutable spec',
    source: 'argo-cd issue 7430',
    found: where(({ kind, metadata }) => kind === 'Job' && !/-[0-9a-f]{8}$/.test(metadata.name)),
  },
  {
    name: 'a tracking id in Git, with which another Application takes over the object',
    source: 'argo-cd issue 29201',
    found: where((object) => annotation(object, 'tracking-id') !== undefined),
  },
  {
    name: 'a quantity that Kubernetes rewrites, which stays OutOfSync',
    source: 'argo-cd docs/faq.md',
    found: where((object) =>
      /"(?:cpu|requests\.cpu|limits\.cpu)":"[0-9]+000m"/.test(JSON.stringify(object)),
    ),
  },
  {
    name: 'a StatefulSet that does not replace a broken pod',
    source: 'kubernetes issue 67250',
    found: where(
      ({ kind, ...object }) =>
        kind === 'StatefulSet' && object['spec'].podManagementPolicy !== 'Parallel',
    ),
  },
  {
    name: 'a StatefulSet without claim templates that lost its volumes',
    source: 'cdk8s-plus issue 6735',
    found: where(
      ({ kind, ...object }) =>
        kind === 'StatefulSet' && (object['spec'].template.spec.volumes ?? []).length === 0,
    ),
  },
  {
    name: 'a rolling update over a read-write-once volume',
    source: 'bitnami/charts issue 16079',
    found: (objects) => {
      const shared = objects.some(
        ({ kind, ...claim }) =>
          kind === 'PersistentVolumeClaim' && claim['spec'].accessModes.includes('ReadWriteMany'),
      )
      return shared
        ? []
        : where(
            ({ kind, ...object }) =>
              kind === 'Deployment' && object['spec'].strategy?.type !== 'Recreate',
          )(objects)
    },
  },
  {
    name: 'replicas in Git together with an autoscaler',
    source: 'argo-cd docs/user-guide/best_practices.md, "Leaving room for imperativeness"',
    found: (objects) =>
      objects.some(({ kind }) => kind === 'HorizontalPodAutoscaler')
        ? where(
            ({ kind, metadata, ...object }) =>
              kind === 'Deployment' &&
              metadata.name === 'wordpress' &&
              object['spec'].replicas !== undefined,
          )(objects)
        : [],
  },
  {
    name: 'a probe that names a host, which Pod Security baseline refuses',
    source: 'kubernetes KEP-4940',
    found: (objects) =>
      podsOf(objects)
        .filter((pod) =>
          containersOf(pod).some((container) =>
            ['startupProbe', 'readinessProbe', 'livenessProbe'].some(
              (probe) =>
                container[probe]?.httpGet?.host !== undefined ||
                container[probe]?.tcpSocket?.host !== undefined,
            ),
          ),
        )
        .map(({ owner }) => owner),
  },
  {
    name: 'a Secret mounted by subPath, which is never refreshed',
    source: 'kubernetes docs, "Secrets", mounted Secrets are updated automatically',
    found: (objects) =>
      podsOf(objects)
        .filter((pod) =>
          containersOf(pod).some((container) =>
            container.volumeMounts.some(
              ({ name, subPath }: { name: string; subPath?: string }) =>
                subPath !== undefined &&
                pod.spec.volumes.some(
                  (volume: { name: string; secret?: object }) =>
                    volume.name === name && volume.secret !== undefined,
                ),
            ),
          ),
        )
        .map(({ owner }) => owner),
  },
  {
    name: 'an issuer annotation without tls, which gets no certificate',
    source: 'cert-manager docs, "Annotated Ingress resource"',
    found: where(
      ({ kind, metadata, ...object }) =>
        kind === 'Ingress' &&
        metadata.annotations?.['cert-manager.io/cluster-issuer'] !== undefined &&
        !(object['spec'].tls ?? []).some(({ secretName }: { secretName?: string }) => secretName),
    ),
  },
  {
    name: 'a Service that publishes pods that are not ready',
    source: 'kubernetes API reference, ServiceSpec.publishNotReadyAddresses',
    found: where(
      ({ kind, ...object }) =>
        kind === 'Service' && object['spec'].publishNotReadyAddresses === true,
    ),
  },
]
