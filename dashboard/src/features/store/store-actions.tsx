import type { Store } from '@storewright/contract/store.ts'
import {
  ArchiveRestore,
  CirclePause,
  CirclePlay,
  ExternalLink,
  Flame,
  Pencil,
  RefreshCw,
  RotateCw,
  Trash2,
  Undo2,
} from 'lucide-react'
import { usePermissionRefusal } from '../../api/me.ts'
import { simulatedReason } from '../../strings.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Menu, type MenuEntry } from '../../ui/menu.tsx'
import { useWriteRefusal } from '../../ui/writes.ts'
import { EDIT_ID, MORE_ID, RESTORE_ID, useDialogs } from './store-dialogs.tsx'

const SIZE = 15

/** Actions of a store that its state allows. */
export function StoreActions({ store }: { readonly store: Store }) {
  return store.deletedAt === null ? (
    <LivingActions store={store} />
  ) : (
    <DeletedActions store={store} />
  )
}

function LivingActions({ store }: { readonly store: Store }) {
  const open = useDialogs()
  const stopped = useWriteRefusal('stores:write', store.team)
  const mayWrite = usePermissionRefusal('stores:write', store.team) === null
  const mayDelete = usePermissionRefusal('stores:delete', store.team) === null
  const detached = store.phase === 'Detached'
  const refusal = detached
    ? 'Git no longer declares this store. Restore its folder first.'
    : stopped
  const suspended = store.lifecycle === 'suspended'
  const entries: MenuEntry[] = [
    suspended
      ? {
          label: 'Resume…',
          icon: <CirclePlay aria-hidden size={SIZE} />,
          onChoose: () => open('resume'),
        }
      : {
          label: 'Suspend…',
          icon: <CirclePause aria-hidden size={SIZE} />,
          onChoose: () => open('suspend'),
        },
    {
      label: 'Maintenance…',
      icon: <RotateCw aria-hidden size={SIZE} />,
      onChoose: () => open('retry'),
    },
    {
      label: 'Regenerate manifests…',
      icon: <RefreshCw aria-hidden size={SIZE} />,
      onChoose: () => open('render'),
    },
    ...(mayDelete
      ? [
          {
            label: 'Delete…',
            icon: <Trash2 aria-hidden size={SIZE} />,
            onChoose: () => open('delete'),
            danger: true,
          },
        ]
      : []),
  ]
  return (
    <>
      {suspended ? (
        <Button
          look="primary"
          icon={<CirclePlay aria-hidden size={SIZE} />}
          refusal={refusal}
          onClick={() => open('resume')}
        >
          Resume
        </Button>
      ) : (
        <>
          <OpenLink store={store} url={store.links.site} label="Open store" primary />
          <OpenLink store={store} url={store.adminUrl} label="Open wp-admin" />
        </>
      )}
      <Button
        id={EDIT_ID}
        icon={<Pencil aria-hidden size={SIZE} />}
        refusal={refusal}
        onClick={() => open('edit')}
      >
        Edit
      </Button>
      {!detached && mayWrite && <Menu id={MORE_ID} label="More" entries={entries} />}
    </>
  )
}

/** ETag of a store whose folder has left Git. */
const GONE_ETAG = '""'

function DeletedActions({ store }: { readonly store: Store }) {
  const open = useDialogs()
  const refusal = useWriteRefusal('stores:delete', store.team)
  if (store.lifecycle === 'purge') {
    if (store.etag === GONE_ETAG) return null
    return (
      <Button
        id={RESTORE_ID}
        look="primary"
        icon={<Undo2 aria-hidden size={SIZE} />}
        refusal={refusal}
        onClick={() => open('restore')}
      >
        Cancel purge
      </Button>
    )
  }
  return (
    <>
      <Button
        id={RESTORE_ID}
        look="primary"
        icon={<ArchiveRestore aria-hidden size={SIZE} />}
        refusal={refusal}
        onClick={() => open('restore')}
      >
        Restore
      </Button>
      <Button
        id={MORE_ID}
        icon={<Flame aria-hidden size={SIZE} className="text-danger" />}
        refusal={refusal}
        onClick={() => open('purge')}
      >
        Purge…
      </Button>
    </>
  )
}

interface OpenLinkProps {
  readonly store: Store
  readonly url: string
  readonly label: string
  readonly primary?: boolean
}

/** A link to the shop, or a button that explains why there is none. */
function OpenLink({ store, url, label, primary }: OpenLinkProps) {
  const look = primary === true ? 'primary' : 'secondary'
  const icon = <ExternalLink aria-hidden size={SIZE} />
  const refusal = store.simulated
    ? simulatedReason
    : store.url === ''
      ? 'This store has not been ready yet, so nothing answers at its address.'
      : null
  if (refusal !== null) {
    return (
      <Button look={look} icon={icon} refusal={refusal}>
        {label}
      </Button>
    )
  }
  return (
    <a href={url} target="_blank" rel="noreferrer" className={buttonClass(look)}>
      {icon}
      {label}
    </a>
  )
}
