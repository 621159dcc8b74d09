import type { Store } from '@storewright/contract/store.ts'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { manifestsQuery } from '../../api/queries.ts'
import { commands, simulatedReason } from '../../strings.ts'
import { Card } from '../../ui/card.tsx'
import { Command, CopyButton } from '../../ui/copy.tsx'

/** Access to the shop. The password is read from the cluster; Storewright never has it. */
export function AccessCard({ store }: { readonly store: Store }) {
  return (
    <Card title="Access">
      {store.simulated && <p className="mb-3 text-sm text-muted">{simulatedReason}</p>}
      <dl className="grid gap-3">
        <Row name="Store address">
          <Address store={store} url={store.links.site} />
        </Row>
        <Row name="Admin address">
          <Address store={store} url={store.adminUrl} />
        </Row>
        <Row name="Admin user">
          <span className="inline-flex items-center gap-1">
            <code className="font-mono">{store.adminUser}</code>
            <CopyButton text={store.adminUser} label="Copy the admin user" />
          </span>
        </Row>
        <Row name="Admin password, made in the cluster at set-up">
          <Command
            text={commands.adminPassword(store)}
            label="Copy the command that prints the password"
          />
        </Row>
        <Row name="Port-forward (no DNS needed), on http://localhost:8081">
          <Command text={commands.portForward(store)} label="Copy the port-forward command" />
        </Row>
        <Row name="Order e-mails">
          <OrderEmails store={store} />
        </Row>
      </dl>
    </Card>
  )
}

function OrderEmails({ store }: { readonly store: Store }) {
  const { data } = useQuery(manifestsQuery(store.name, store.revision))
  if (data?.intent == null) return '–'
  return data.intent.smtp === true
    ? 'On: sent by the mail server of the Secret “smtp” in its namespace'
    : 'Off: edit the store to turn them on'
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="mb-0.5 text-sm text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}

function Address({ store, url }: { readonly store: Store; readonly url: string }) {
  return (
    <span className="flex items-start gap-1">
      {store.simulated ? (
        <span className="min-w-0 wrap-anywhere">{url}</span>
      ) : (
        <a
          href={url}
          target="_blank"
          rel="noreferrer"
          className="min-w-0 text-accent underline wrap-anywhere"
        >
          {url}
        </a>
      )}
      <CopyButton text={url} label={`Copy ${url}`} className="-mt-0.5" />
    </span>
  )
}
