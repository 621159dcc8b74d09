import { Monitor, Moon, Sun } from 'lucide-react'
import { useEffect, useState } from 'react'

const KEY = 'storewright.theme'
const choices = ['system', 'light', 'dark'] as const
type Choice = (typeof choices)[number]

const icons = { system: Monitor, light: Sun, dark: Moon } as const
const labels = { system: 'as the system', light: 'light', dark: 'dark' } as const

/** One button that cycles through system, light and dark. The choice is stored in this browser. */
export function ThemeChoice() {
  const [choice, setChoice] = useState<Choice>(stored)
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const apply = () => {
      const chosen = choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice
      document.documentElement.dataset['theme'] = chosen
    }
    apply()
    dark.addEventListener('change', apply)
    return () => dark.removeEventListener('change', apply)
  }, [choice])
  const next = choices[(choices.indexOf(choice) + 1) % choices.length] ?? 'system'
  const Icon = icons[choice]
  const choose = () => {
    setChoice(next)
    store(next)
  }
  return (
    <button
      type="button"
      onClick={choose}
      aria-label={`Theme: ${labels[choice]}. Change to ${labels[next]}`}
      title={`Theme: ${labels[choice]}`}
      className="inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text"
    >
      <Icon aria-hidden size={17} />
    </button>
  )
}

function stored(): Choice {
  try {
    const word = localStorage.getItem(KEY)
    return choices.find((choice) => choice === word) ?? 'system'
  } catch {
    return 'system'
  }
}

function store(choice: Choice): void {
  try {
    localStorage.setItem(KEY, choice)
  } catch {
    // Storage is blocked. The choice applies to this page only.
  }
}
