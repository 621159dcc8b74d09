/**
 * Environment of a Node process that a test starts: where programs are, and the code that earlier
 * processes compiled. A spread of it lets the test add the rest.
 */
export const nodeEnvironment = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
}
