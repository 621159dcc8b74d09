import { Tabs } from '@base-ui/react/tabs'
import type { FileContent } from '@storewright/contract/store.ts'
import { Download } from 'lucide-react'
import { useMemo, useState } from 'react'
import { CopyButton } from './copy.tsx'
import { highlightYaml, type TokenKind } from './yaml.ts'

const colours: Record<TokenKind, string | undefined> = {
  comment: 'text-muted italic',
  key: 'text-accent',
  string: 'text-text',
  literal: 'text-paused',
  plain: undefined,
}

export interface FileViewerProps {
  readonly files: readonly FileContent[]
  /** Name of the files, as in "Manifests of my-shop". */
  readonly label: string
}

/**
 * One read-only tab per file, the intent first, with copy and download. The selected file stays
 * selected when contents change.
 */
export function FileViewer({ files, label }: FileViewerProps) {
  const [chosen, setChosen] = useState<string | null>(null)
  const ordered = files.toSorted((a, b) => rank(a.path) - rank(b.path))
  const current = ordered.find(({ path }) => path === chosen) ?? ordered[0]
  if (current === undefined) return null
  return (
    <Tabs.Root
      value={current.path}
      onValueChange={(path: string) => setChosen(path)}
      className="min-w-0 overflow-hidden rounded-md border border-line"
    >
      <Tabs.List
        aria-label={label}
        activateOnFocus
        className="flex flex-wrap gap-x-0.5 border-b border-line bg-raised p-1"
      >
        {ordered.map(({ path }) => (
          <Tabs.Tab
            key={path}
            value={path}
            className="h-6 rounded-md px-2 font-mono text-sm text-muted hover:bg-hover hover:text-text data-active:bg-page data-active:text-text data-active:underline data-active:decoration-accent data-active:decoration-2 data-active:underline-offset-4"
          >
            {shortPath(path)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={current.path}>
        <FileView file={current} />
      </Tabs.Panel>
    </Tabs.Root>
  )
}

/** Intent first, then rendered files, then files that only programs read. */
function rank(path: string): number {
  if (path.endsWith('store.yaml')) return 0
  return path.endsWith('app.json') ? 2 : 1
}

/** All files have the same folder prefix, so only the last part is shown. */
function shortPath(path: string): string {
  return path.replace(/^manifests\//, '')
}

function FileView({ file }: { readonly file: FileContent }) {
  const lines = useMemo(() => highlightYaml(file.content.replace(/\n$/, '')), [file.content])
  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-3 py-1 text-sm text-muted">
        <span className="min-w-0 flex-1 truncate font-mono">{file.path}</span>
        <span className="tabular-nums">
          {lines.length} lines · {file.bytes.toLocaleString('en')} bytes
        </span>
        <CopyButton text={file.content} label={`Copy ${file.path}`} />
        <DownloadButton file={file} />
      </div>
      <pre
        role="region"
        aria-label={file.path}
        tabIndex={0}
        className="max-h-[34rem] overflow-auto bg-page p-3 font-mono text-sm focus-visible:-outline-offset-2"
      >
        <code>
          {lines.map((tokens, line) => (
            <span key={line}>
              {tokens.map(({ kind, text }, part) => (
                <span key={part} className={colours[kind]}>
                  {text}
                </span>
              ))}
              {'\n'}
            </span>
          ))}
        </code>
      </pre>
    </>
  )
}

function DownloadButton({ file }: { readonly file: FileContent }) {
  const download = () => {
    const address = URL.createObjectURL(new Blob([file.content], { type: 'text/plain' }))
    const link = document.createElement('a')
    link.href = address
    link.download = file.path.split('/').at(-1) ?? 'file'
    link.click()
    URL.revokeObjectURL(address)
  }
  return (
    <button
      type="button"
      onClick={download}
      aria-label={`Download ${file.path}`}
      title={`Download ${file.path}`}
      className="inline-flex size-6 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text"
    >
      <Download aria-hidden size={14} />
    </button>
  )
}
