// Sets the theme before the first paint. A separate file, because the Content-Security-Policy
// forbids inline scripts.
;(() => {
  let choice = 'system'
  try {
    choice = localStorage.getItem('storewright.theme') ?? 'system'
  } catch {
    // Storage is blocked. Follow the system.
  }
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
