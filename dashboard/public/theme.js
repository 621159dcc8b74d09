// Sets the theme before the first paint. External, because the Content-Security-Policy allows no inline script.
;(() => {
  let choice = 'system'
  try {
    choice = localStorage.getItem('storewright.theme') ?? 'system'
  } catch {
    // Storage is blocked: follow the system.
  }
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
