/**
 * Every word allowed on the command line of a git process. Names, paths and bytes chosen by users
 * go to stdin. Besides these words only object ids, private refs and the configured branch are
 * allowed; anything else is a bug.
 */
const WORDS: ReadonlySet<string> = new Set([
  // commands
  ...[
    'cat-file',
    'commit-graph',
    'commit-tree',
    'fast-import',
    'fetch',
    'fsck',
    'init',
    'log',
    'index-pack',
    'merge-base',
    'pack-objects',
    'push',
  ],
  ...['repack', 'rev-parse', 'update-ref', 'upload-pack', 'version'],
  // global options
  ...['--config-env=http.extraHeader=STORES_REPO_AUTH', '--no-pager', '--no-replace-objects'],
  // cat-file, fast-import, update-ref
  ...['--batch-command', '--buffer', '--quiet', '--done', '--stdin'],
  ...['--big-file-threshold=1', '--export-pack-edges=storewright-packs'],
  // commit-tree
  ...['-S', '-p'],
  // fetch, push
  ...['--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance'],
  ...['--verbose', '--progress', '--porcelain', '--no-verify', '--no-signed', 'origin'],
  // log
  ...['--topo-order', '--reverse', '-z', '--raw', '--root', '--no-renames', '--no-abbrev'],
  ...[
    '--no-walk=unsorted',
    '--no-color',
    '--no-show-signature',
    '--no-mailmap',
    '--encoding=UTF-8',
  ],
  ...[
    '--format=%x01%H%x00%P%x00%ct%x00%an%x00%B',
    '--format=%H',
    '--format=%H %G?',
    '--max-count=10000',
  ],
  ...['--max-count=50', '--diff-merges=off', '--no-notes', '--diff-merges=combined'],
  // init, fsck, rev-parse, merge-base
  ...['--bare', '--template=', '--object-format=sha1', '--object-format=sha256', '.'],
  ...['--connectivity-only', '--no-dangling', '--no-progress', '--verify', '--is-ancestor'],
  ...['refs/storewright/remote/main', 'refs/storewright/remote/main^{commit}'],
  // pack-objects, index-pack
  ...['--revs', '--thin', '--delta-base-offset', '--stdout', '--fix-thin'],
  // repack, commit-graph
  ...['-d', '-a', '--window=0', '--geometric=2', '--write-midx', 'write', '--reachable', '--split'],
  ...['--changed-paths'],
  // upload-pack, receive-pack
  ...['receive-pack', '--stateless-rpc', '--strict', '--http-backend-info-refs'],
])

const OID = '[0-9a-f]{40}(?:[0-9a-f]{24})?'
const ULID = '[0-9A-HJKMNP-TV-Z]{26}'
const OBJECT_ID = new RegExp(`^${OID}$`)
const TIP = new RegExp(`^--negotiation-tip=${OID}$`)
const RANGE = new RegExp(`^${OID}\\.\\.${OID}$`)

/** A full object id, SHA-1 or SHA-256. */
export function isObjectId(text: string): boolean {
  return OBJECT_ID.test(text)
}

/**
 * True if `branch` is safe on a command line. Stricter than git-check-ref-format(1): at most 200
 * characters, segments of letters, digits, `.`, `_` and `-`, none starting with `.` or `-`, none
 * ending in `.lock` or `.`.
 */
export function isBranchName(branch: string): boolean {
  const segments = branch.split('/')
  return (
    branch.length <= 200 &&
    segments.every(
      (segment) =>
        /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(segment) &&
        !segment.includes('..') &&
        !segment.endsWith('.') &&
        !segment.endsWith('.lock'),
    )
  )
}

/**
 * Refuses a command line with anything but known words, object ids and the configured branch.
 * @throws Error names the position of the argument, never its text
 */
export function assertArguments(words: readonly string[], branch: string): void {
  if (!isBranchName(branch)) throw new Error('the branch name is not safe in a command line')
  const templates = branchTemplates(branch)
  words.forEach((word, position) => {
    const known =
      WORDS.has(word) ||
      OBJECT_ID.test(word) ||
      RANGE.test(word) ||
      TIP.test(word) ||
      templates.some((template) => template.test(word))
    if (!known) throw new Error(`git argument ${position} is neither a known word nor an object id`)
  })
}

/**
 * Arguments of push and fetch that contain the branch: a lease, a destination without `+`, a source
 * into a private ref.
 */
function branchTemplates(branch: string): readonly RegExp[] {
  const ref = `refs/heads/${branch.replaceAll('.', '\\.')}`
  return [
    new RegExp(`^--force-with-lease=${ref}:${OID}$`),
    new RegExp(`^${OID}:${ref}$`),
    new RegExp(`^${ref}:refs/storewright/rx/${ULID}$`),
  ]
}
