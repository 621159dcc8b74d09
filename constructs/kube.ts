/**
 * The one import of cdk8s-plus-28. Its L1 classes emit exactly what they are given; -33 and -34 drop every volume
 * of a StatefulSet without claim templates (cdk8s-plus issues 6735, 6750, 7199), so a move is this line and the
 * tests of `mariadb.ts`.
 */
export { k8s } from 'cdk8s-plus-28'
