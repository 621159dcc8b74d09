import { useState } from 'react'
import { inputClass } from '../../ui/field.tsx'

export interface ExactProps {
  readonly label: string
  readonly value: string | undefined
  readonly onChange: (value: string) => void
}

/** The API matches whole values, so the filter applies on Enter or when the field loses focus. */
export function Exact({ label, value = '', onChange }: ExactProps) {
  const [text, setText] = useState(value)
  const [sent, setSent] = useState(value)
  // Back, forward, links and "Clear filters" change the URL from outside.
  if (value !== sent) {
    setSent(value)
    setText(value)
  }
  const apply = () => {
    if (text.trim() !== value) onChange(text.trim())
  }
  return (
    <input
      value={text}
      aria-label={label}
      placeholder={`${label}: any`}
      maxLength={128}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => setText(event.target.value)}
      onBlur={apply}
      onKeyDown={(event) => {
        if (event.key === 'Enter') apply()
      }}
      className={`${inputClass} sm:max-w-36`}
    />
  )
}
