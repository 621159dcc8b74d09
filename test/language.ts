import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Words of a private style. Plain text names the thing, the condition or the limit instead. */
export const WORDS = [
  'whoever',
  'nobody',
  'somebody',
  'on end',
  'so long as',
  'comes to',
  'is told',
  'may as well',
] as const

/** One place where a word is a literal value, or where the text must not change. */
export interface Allowed {
  /** Start of the file's path. */
  readonly path: string
  /** Matches the word together with its surroundings, within one line. */
  readonly text: RegExp
  readonly reason: string
}

export const ALLOWED: readonly Allowed[] = [
  { path: 'test/language.ts', text: /.+/, reason: 'lists the words' },
  {
    path: '',
    text: /'nobody'|\/stores\/nobody\b|store=nobody\b/,
    reason: 'the name of a store, team or requester that does not exist',
  },
  {
    path: 'test/git/readme.test.ts',
    text: /'get nobody'|--by nobody /,
    reason: 'the name of a store or requester that does not exist',
  },
  {
    path: 'src/domain/admission/provisioning.test.ts',
    text: /const nobody =|\.\.\.nobody,|NOW, nobody\)/,
    reason: 'the name of a constant',
  },
  {
    path: 'constructs/files/storewright.php',
    text: /must reach nobody:/,
    reason: 'files of pods change only together with their behaviour',
  },
]

export interface TextFile {
  /** Relative to the root of the repository, with `/`. */
  readonly path: string
  readonly text: string
}

export interface Finding {
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly found: string
}

const ROOT = join(import.meta.dirname, '..')
const TEXT = /\.(?:ts|tsx|mts|mjs|sh|php|md|css|html|yaml)$/
const CODE = /\.tsx?$/
/** Generated or recorded files. */
const NOT_WRITTEN = ['constructs/golden/', 'test/recorded/']

/** Tracked text files that people write. @throws Error if git lists none */
export function writtenFiles(): readonly TextFile[] {
  const paths = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((path) => TEXT.test(path) && !NOT_WRITTEN.some((start) => path.startsWith(start)))
    .filter((path) => existsSync(join(ROOT, path)))
  if (paths.length === 0) throw new Error('git lists no text file')
  return paths.map((path) => ({
    path,
    text: withoutQuotes(path, readFileSync(join(ROOT, path), 'utf8')),
  }))
}

/** Empties the rows of docs/parity.md that quote the earlier platforms. Keeps the line numbers. */
function withoutQuotes(path: string, text: string): string {
  return path === 'docs/parity.md' ? text.replaceAll(/^\| S[12]-.*$/gm, '') : text
}

/** A phrase may be broken by a line end, with the mark of a comment on the next line. */
const GAP = String.raw`(?:[ \t]+|[ \t]*\n[ \t]*(?:(?:\*|//|#|>)[ \t]*)?)`
/** Words next to a hyphen are parts of a slug, such as the file name of a decision record. */
const UNCLEAR = new RegExp(
  String.raw`(?<![\w-])(?:${WORDS.map((word) => word.replaceAll(' ', GAP)).join('|')})(?![\w-])`,
  'gi',
)
/** An identifier in camel case, such as `noBody`. */
const CAMEL = /[a-z][A-Z]/

/** Uses of {@link WORDS} that `allowed` does not cover. Calls `onAllowed` for the covered ones. */
export function unclearWords(
  { path, text }: TextFile,
  allowed: readonly Allowed[] = ALLOWED,
  onAllowed: (entry: Allowed) => void = () => undefined,
): readonly Finding[] {
  const findings: Finding[] = []
  for (const { 0: found, index } of text.matchAll(UNCLEAR)) {
    if (CAMEL.test(found)) continue
    const entry = allowed.find((each) => path.startsWith(each.path) && covers(each, text, index))
    if (entry === undefined) findings.push({ path, line: lineAt(text, index), found })
    else onAllowed(entry)
  }
  return findings
}

/** Returns whether the entry's text includes the position. */
function covers({ text: allowed }: Allowed, text: string, index: number): boolean {
  const start = text.lastIndexOf('\n', index) + 1
  const [line = ''] = text.slice(start).split('\n', 1)
  return [...line.matchAll(new RegExp(allowed, 'g'))].some(
    ({ 0: match, index: at }) => start + at <= index && index < start + at + match.length,
  )
}

/** Object literals that are spread in place. Their members belong in the outer literal. */
export function packedLiterals({ path, text }: TextFile): readonly Finding[] {
  if (!CODE.test(path)) return []
  return Array.from(text.matchAll(/\.{3}\{/g), ({ 0: found, index }) => ({
    path,
    line: lineAt(text, index),
    found,
  }))
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
