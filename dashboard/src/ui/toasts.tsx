import { Toast } from '@base-ui/react/toast'
import { CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'

/** Confirmations that disappear by themselves. Failures are shown in the page instead. */
export function Toasts({ children }: { readonly children: ReactNode }) {
  return (
    <Toast.Provider limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-16 z-50 grid w-80 max-w-[calc(100vw-2rem)] gap-2 sm:bottom-4">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function ToastList() {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-md border border-line bg-raised px-3 py-2 shadow-popup"
    >
      <Toast.Content className="flex items-center gap-2">
        <CircleCheck aria-hidden size={16} className="shrink-0 text-ok" />
        <Toast.Title className="text-base font-normal wrap-anywhere" />
      </Toast.Content>
    </Toast.Root>
  ))
}

/** Confirms an action in one sentence. */
export function useConfirmation(): (sentence: string) => void {
  const { add } = Toast.useToastManager()
  return (sentence) => {
    add({ title: sentence })
  }
}
