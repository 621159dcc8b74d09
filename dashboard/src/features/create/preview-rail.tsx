import type { PlatformView } from '@storewright/contract/platform.ts'
import type { Preview } from '@storewright/contract/preview.ts'
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { Command } from '../../ui/copy.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { FileViewer } from '../../ui/file-viewer.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import type { LivePreview } from './create-form.tsx'
import { type CreateForm, requestOf } from './form.ts'

type RailTab = 'manifests' | 'impact' | 'request'

export interface PreviewRailProps {
  readonly preview: LivePreview
  readonly typed: CreateForm
  readonly platform: PlatformView
}

/** Preview of the create, next to the form or below it on narrow screens. */
export function PreviewRail({ preview, typed, platform }: PreviewRailProps) {
  const [tab, setTab] = useState<RailTab>('manifests')
  const { reply } = preview
  return (
    <section aria-labelledby="preview-heading" className="min-w-0">
      <div className="mb-1 flex flex-wrap items-baseline justify-between gap-x-3">
        <h2 id="preview-heading" className="font-semibold">
          Preview
        </h2>
        <p role="status" className="text-sm text-muted">
          {stateOf(preview, typed)}
        </p>
      </div>
      <OtherFailure preview={preview} />
      {reply !== null && (
        <Tabs
          label="Preview"
          value={tab}
          onChange={setTab}
          tabs={[
            {
              value: 'manifests',
              label: `Manifests (${reply.files.length})`,
              content: <FileViewer files={reply.files} label="Files to be committed" />,
            },
            { value: 'impact', label: 'Impact', content: <Impact preview={reply} /> },
            {
              value: 'request',
              label: 'Request',
              content: <RequestView typed={typed} platform={platform} />,
            },
          ]}
        />
      )}
    </section>
  )
}

function stateOf({ reply, fresh }: LivePreview, { name }: CreateForm): string {
  if (reply === null) return name === '' ? 'Type a name to see what would be committed' : ''
  return fresh ? 'Exactly what would be committed' : 'Of earlier input'
}

/**
 * Failures that belong to no field, such as a full platform or no response. Others are shown next
 * to their field.
 */
function OtherFailure({ preview: { failure, retry } }: { readonly preview: LivePreview }) {
  if (failure === null || failure.errors.length > 0) return null
  return (
    <div className="mb-3">
      <FailurePanel error={failure} onRetry={retry} />
    </div>
  )
}

function Impact({ preview }: { readonly preview: Preview }) {
  const { impact, warnings } = preview
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 tabular-nums [&>dt]:text-muted">
        <dt>Namespace</dt>
        <dd className="font-mono wrap-anywhere">{impact.targetNamespace}</dd>
        <dt>Host</dt>
        <dd className="font-mono wrap-anywhere">{impact.host}</dd>
        <dt>Requests</dt>
        <dd>
          {impact.requests.cpu} CPU, {impact.requests.memory} memory, {impact.requests.storage}{' '}
          storage
        </dd>
        <dt>Capacity</dt>
        <dd>
          store {impact.stores + 1} of {impact.maxStores}
        </dd>
      </dl>
      {warnings.length > 0 && (
        <ul className="mt-4 grid gap-2">
          {warnings.map(({ code, message }) => (
            <li key={code} className="flex gap-2">
              <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-warn" />
              <span className="wrap-anywhere">{message}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function RequestView({ typed, platform }: Pick<PreviewRailProps, 'typed' | 'platform'>) {
  const body = JSON.stringify(requestOf(typed)).replaceAll("'", String.raw`'\''`)
  const curl = `curl -X POST ${location.origin}/api/v1/stores -H 'Content-Type: application/json' -d '${body}'`
  return (
    <>
      <p className="mb-3">
        {platform.writeMode === 'direct'
          ? 'One commit, directly on the main branch of the stores repo.'
          : 'One pull request to the stores repo.'}
      </p>
      <p className="mb-1 text-sm text-muted">The same with curl</p>
      <Command text={curl} label="Copy the curl command" />
    </>
  )
}
