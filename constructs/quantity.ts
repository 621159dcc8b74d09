import { k8s } from './kube.ts'

/**
 * Quantities in the canonical form of the API server. It rewrites any other form, and Argo CD would
 * then show the object as OutOfSync forever (argo-cd docs/faq.md).
 */

/** Such as `250m` or `2`, never `2000m`. */
export function cpu(millis: number): k8s.Quantity {
  return k8s.Quantity.fromString(millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`)
}

/** Such as `512Mi` or `2Gi`, never `2048Mi`. */
export function memory(mebi: number): k8s.Quantity {
  return k8s.Quantity.fromString(mebi % 1024 === 0 ? `${mebi / 1024}Gi` : `${mebi}Mi`)
}

/** Whole GiB. */
export function gibi(count: number): k8s.Quantity {
  return k8s.Quantity.fromString(`${count}Gi`)
}

/** A count, such as pods of a quota. A string, because the API server stores it as one. */
export function count(number: number): k8s.Quantity {
  return k8s.Quantity.fromString(String(number))
}
