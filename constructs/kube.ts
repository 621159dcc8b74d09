/**
 * The only import of cdk8s-plus-28. Its L1 classes emit exactly their input. Versions -33 and -34
 * drop every volume of a StatefulSet without claim templates (cdk8s-plus issues 6735, 6750, 7199).
 * An upgrade changes this line and the tests of `mariadb.ts`.
 */
export { k8s } from 'cdk8s-plus-28'
