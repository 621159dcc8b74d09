import { Link } from '@tanstack/react-router'

const LISTED = 3

/** The stores of a change, the first few by name. */
export function StoreLinks({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return <span>the platform</span>
  return (
    <span className="flex flex-wrap gap-x-2">
      {names.slice(0, LISTED).map((name) => (
        <Link
          key={name}
          to="/stores/$name"
          params={{ name }}
          className="inline-block py-1 font-semibold text-accent wrap-anywhere hover:underline"
        >
          {name}
        </Link>
      ))}
      {names.length > LISTED && <span>and {names.length - LISTED} more</span>}
    </span>
  )
}
