import type { Me } from '@storewright/contract/access.ts'
import { Command } from '../../ui/copy.tsx'
import { Page } from '../../ui/page.tsx'

/** In place of a page, for a person who signed in and may do nothing. */
export function NoRole({ me }: { readonly me: Me }) {
  const { name, groups = [], hasMoreGroups = false } = me
  const [first] = groups
  return (
    <Page title="No role" heading="You have no role yet">
      <div className="mt-4 grid max-w-prose gap-3">
        <p>
          You are signed in as <strong>{name}</strong>, but nothing gives you a role on a team. Send
          this page to an administrator of this server.
        </p>
        <h2 className="font-semibold">Groups that the identity provider sent</h2>
        {groups.length === 0 ? (
          <p>
            {hasMoreGroups
              ? 'None, because you are in too many. An administrator can assign fewer groups to this application at the provider.'
              : 'None.'}
          </p>
        ) : (
          <ul className="list-disc pl-5">
            {groups.map((group) => (
              <li key={group} className="font-mono wrap-anywhere">
                {group}
              </li>
            ))}
          </ul>
        )}
        {first !== undefined && (
          <>
            <h2 className="font-semibold">A role for the first of them, in storewright.yaml</h2>
            <Command
              text={`roleBindings: [{ group: ${JSON.stringify(first)}, team: default, role: viewer }]`}
              label="Copy the role binding"
            />
          </>
        )}
      </div>
    </Page>
  )
}
