import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { usePermissionRefusal } from '../../api/me.ts'
import { Button, buttonClass } from '../../ui/button.tsx'

/** Goes to the form for a new store, or says why this person may not make one. */
export function CreateLink({ children }: { readonly children: string }) {
  const refusal = usePermissionRefusal('stores:write')
  const icon = <Plus aria-hidden size={16} />
  if (refusal !== null) {
    return (
      <Button look="primary" icon={icon} refusal={refusal}>
        {children}
      </Button>
    )
  }
  return (
    <Link to="/new" className={buttonClass('primary')} aria-keyshortcuts="c">
      {icon}
      {children}
    </Link>
  )
}
