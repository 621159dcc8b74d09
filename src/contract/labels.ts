import { z } from 'zod'

const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/
const LABEL_KEY =
  /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/

/** Labels that Kubernetes accepts, at most 20. */
export const KubernetesLabels = z
  .record(
    z.string().regex(LABEL_KEY, 'not a Kubernetes label key'),
    z.string().regex(LABEL_VALUE, 'not a Kubernetes label value'),
  )
  .refine((labels) => Object.keys(labels).length <= 20, 'at most 20 labels')
  .meta({
    maxProperties: 20,
    propertyNames: { pattern: LABEL_KEY.source, not: { enum: ['constructor', 'prototype'] } },
  })

/** Read only by the simulated Argo CD. */
const SIMULATE = 'storewright.dev/simulate'
const FOREIGN = /^(?:[a-z0-9.-]+\.)?(?:kubernetes\.io|k8s\.io|storewright\.dev)\//

/** Labels of a store. Keys of Kubernetes and Storewright are reserved. */
export const Labels = KubernetesLabels.refine(
  (labels) => Object.keys(labels).every((key) => key === SIMULATE || !FOREIGN.test(key)),
  'keys of kubernetes.io, k8s.io and storewright.dev are reserved',
)

/** Name of a cluster in Argo CD, at most 100 characters. It may be an address or an ARN. */
export const ClusterName = z
  .string()
  .max(100, 'at most 100 characters')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/, 'the name of a cluster in Argo CD')
