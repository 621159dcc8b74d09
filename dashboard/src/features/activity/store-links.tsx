import { Link } from '@tanstack/react-router'

const MOST_LINKS = 3

/** Links to the first stores of a change, and the number of the others. */
export function StoreLinks({ names }: { readonly names: readonly string[] }) {
  // A change of no store is a change of platform.yaml.
  if (names.length === 0) return <span>the platform</span>
  return (
    <span className="flex flex-wrap gap-x-2">
      {names.slice(0, MOST_LINKS).map((name) => (
        <Link
          key={name}
          to="/stores/$name"
          params={{ name }}
          className="inline-block py-1 font-semibold text-accent wrap-anywhere hover:underline"
        >
          {name}
        </Link>
      ))}
      {names.length > MOST_LINKS && <span>and {names.length - MOST_LINKS} more</span>}
    </span>
  )
}
