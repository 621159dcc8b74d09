/** Path and text of a file, and the code of the lint rule that it breaks. */
export const otherRules: readonly (readonly [string, string, string])[] = [
  ['src/planted-default.ts', 'export default 1', 'import(no-default-export)'],
  ['src/PlantedName.ts', 'export const one = 1', 'unicorn(filename-case)'],
  ['src/planted-environment.ts', 'export const home = process.env.HOME', 'node(no-process-env)'],
  ['src/planted-long.ts', 'export {}\n' + 'void 0\n'.repeat(300), 'eslint(max-lines)'],
  ['src/planted-any.ts', 'export const one: any = 1', 'typescript(no-explicit-any)'],
  [
    'src/planted.test.ts',
    `import { vi } from 'vitest'\nvi.mock('./x.ts')`,
    'vitest(no-restricted-vi-methods)',
  ],
  [
    'src/planted-two.test.ts',
    `import { expect, it } from 'vitest'\nit('a', () => expect(1).toMatchSnapshot())`,
    'vitest(no-restricted-matchers)',
  ],
  [
    'src/planted-three.test.ts',
    `import { it } from 'vitest'\nit.only('a', () => {})`,
    'vitest(no-focused-tests)',
  ],
  [
    'dashboard/src/planted.tsx',
    'export const Html = () => <p dangerouslySetInnerHTML={{ __html: "" }} />',
    'react(no-danger)',
  ],
  [
    'src/planted-cycle-one.ts',
    `import { two } from './planted-cycle-two.ts'\nexport const one = () => two`,
    'import(no-cycle)',
  ],
  [
    'src/planted-cycle-two.ts',
    `import { one } from './planted-cycle-one.ts'\nexport const two = () => one`,
    'import(no-cycle)',
  ],
]
