import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { PlatformView } from '../../../../src/contract/platform.ts'
import {
  CheckControl,
  type EditState,
  errorOf,
  LinesControl,
  PickControl,
  TextControl,
} from './edit-controls.tsx'
import { type Edit, type EditKey, editLabels } from './edit.ts'

export interface EditFieldsProps {
  readonly state: EditState
  /** Values when the form was opened. */
  readonly base: Edit
  /** `undefined` while loading. Until then only the current values can be chosen. */
  readonly platform: PlatformView | undefined
}

const INHERITED = ['', 'Platform default'] as const

/** All members of a store that the user may change. Less common ones are in folded sections. */
export function EditFields({ state, base, platform }: EditFieldsProps) {
  const plan = platform?.plans.find(({ id }) => id === state.fields.plan)
  return (
    <>
      <div className="grid min-w-0 gap-4 sm:grid-cols-2">
        <PickControl
          state={state}
          name="plan"
          required
          options={idsOf(platform?.plans, base.plan)}
          hint={plan && `CPU ${plan.cpu}, memory ${plan.memory}, storage ${plan.storage}`}
        />
        <PickControl
          state={state}
          name="release"
          required
          options={idsOf(platform?.releases, base.release)}
        />
        <TextControl state={state} name="title" required max={80} hint="Shown to customers." />
        <LinesControl state={state} name="labels" hint="One key=value per line." />
        <CheckControl
          state={state}
          name="autoSync"
          hint="Argo CD applies each commit automatically."
        />
      </div>
      <div className="grid min-w-0 gap-2">
        <Section
          title="Address and shop"
          of={['domains', 'country', 'currency', 'locale', 'timezone', 'sampleProduct']}
          state={state}
          base={base}
        >
          <LinesControl
            state={state}
            name="domains"
            hint="One per line. The first is the address of the shop. Point each domain at the platform first."
          />
          <CheckControl
            state={state}
            name="sampleProduct"
            hint="Set-up adds a product for a test order."
          />
          <TextControl
            state={state}
            name="country"
            required
            max={2}
            hint="ISO 3166-1, such as DE"
          />
          <TextControl
            state={state}
            name="currency"
            required
            max={3}
            hint="ISO 4217, such as EUR"
          />
          <TextControl state={state} name="locale" required max={6} hint="Such as en_US" />
          <TextControl
            state={state}
            name="timezone"
            required
            max={64}
            hint="Such as Europe/Berlin"
          />
        </Section>
        <Section
          title="Volumes and backups"
          of={['uploads', 'database', 'backups', 'backupTo', 'backupDays']}
          state={state}
          base={base}
        >
          <TextControl
            state={state}
            name="uploads"
            required
            type="number"
            max={1000}
            hint="Only grows."
          />
          <TextControl
            state={state}
            name="database"
            required
            type="number"
            max={1000}
            hint="Only grows."
          />
          <PickControl
            state={state}
            name="backupTo"
            options={[
              INHERITED,
              ['none', 'Nowhere'],
              ['pvc', 'A volume beside the store'],
              ['s3', 'A bucket'],
            ]}
            hint="A volume dies with the store; a bucket outlives it."
          />
          <TextControl
            state={state}
            name="backupDays"
            type="number"
            max={90}
            hint="1 to 90; empty: as the platform says."
          />
          <TextControl
            state={state}
            name="backups"
            type="number"
            max={1000}
            hint="Only for backups on a volume; only grows. Empty: the plan's."
          />
        </Section>
        <Section
          title="Mail, cache and network"
          of={['smtp', 'cache', 'https', 'quarantine']}
          state={state}
          base={base}
        >
          <CheckControl
            state={state}
            name="smtp"
            hint="Sent through the Secret smtp of the store's namespace; without it none goes out."
          />
          <CheckControl
            state={state}
            name="cache"
            hint="Valkey in memory, one pod more; losing it costs time only."
          />
          <PickControl
            state={state}
            name="https"
            options={[
              INHERITED,
              ['allow', 'Allowed to public addresses'],
              ['deny', 'Denied: gateways and updates are out of reach'],
            ]}
          />
          <CheckControl
            state={state}
            name="quarantine"
            hint="Sends nothing outside: no mail, no webhooks, no payments. Search engines do not index it."
          />
        </Section>
        <Section title="Plugins and themes" of={['plugins', 'themes']} state={state} base={base}>
          <div className="grid min-w-0 gap-4 sm:col-span-2">
            <LinesControl
              state={state}
              name="plugins"
              rows={3}
              hint="One a line: slug, version and SHA-256 of the zip."
            />
            <LinesControl state={state} name="themes" hint="Written the same way." />
          </div>
        </Section>
        <Section title="Pin version" of={['pinUntil', 'pinReason']} state={state} base={base}>
          <TextControl
            state={state}
            name="pinUntil"
            type="date"
            hint="Clear both fields to unpin."
          />
          <TextControl state={state} name="pinReason" max={200} hint="At least 10 characters." />
        </Section>
      </div>
    </>
  )
}

interface SectionProps {
  readonly title: string
  readonly of: readonly EditKey[]
  readonly state: EditState
  readonly base: Edit
  readonly children: ReactNode
}

/** Folded fields. Shows which were changed, and opens by itself if one of them is invalid. */
function Section({ title, of, state, base, children }: SectionProps) {
  const [open, setOpen] = useState(false)
  const wrong = of.some((key) => errorOf(state, key) !== undefined)
  const [wasWrong, setWasWrong] = useState(false)
  if (wrong !== wasWrong) {
    setWasWrong(wrong)
    if (wrong) setOpen(true)
  }
  const changed = of.filter((key) => state.fields[key] !== base[key])
  return (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="group/section min-w-0 rounded-md border border-line"
    >
      <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-1.5 rounded-md px-2.5 py-1.5 font-medium hover:bg-hover focus-visible:-outline-offset-2 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          size={15}
          className="shrink-0 text-muted transition-transform group-open/section:rotate-90"
        />
        {title}
        {changed.length > 0 && (
          <span className="text-sm font-normal text-muted">
            changed: {changed.map((key) => editLabels[key].toLowerCase()).join(', ')}
          </span>
        )}
      </summary>
      <div className="grid min-w-0 gap-4 border-t border-line p-3 sm:grid-cols-2">{children}</div>
    </details>
  )
}

/** Values that the platform offers. The current value is always included. */
function idsOf(offered: readonly { readonly id: string }[] | undefined, current: string) {
  const ids = (offered ?? []).map(({ id }) => id)
  return (ids.includes(current) ? ids : [current, ...ids]).map((id) => [id, id] as const)
}
