import { k8s } from './kube.ts'

/**
 * Quantities in the canonical form of the API server; any other form is rewritten there, and Argo CD
 * shows the object OutOfSync for ever (argo-cd docs/faq.md).
 */

/** `250m`, `2`, never `2000m`. */
export function cpu(millis: number): k8s.Quantity {
  return k8s.Quantity.fromString(millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`)
}

/** `512Mi`, `2Gi`, never `2048Mi`. */
export function memory(mebi: number): k8s.Quantity {
  return k8s.Quantity.fromString(mebi % 1024 === 0 ? `${mebi / 1024}Gi` : `${mebi}Mi`)
}

/** Whole GiB. */
export function gibi(count: number): k8s.Quantity {
  return k8s.Quantity.fromString(`${count}Gi`)
}

/** A count, such as pods of a quota; a string, as the API server stores it. */
export function count(number: number): k8s.Quantity {
  return k8s.Quantity.fromString(String(number))
}
