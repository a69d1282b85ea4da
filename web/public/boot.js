// SPDX-License-Identifier: AGPL-3.0-or-later
// Runs before the first paint: theme, direction, motion and text size as the person last chose them.
;(() => {
  // Where a text would become code: only files of our own become workers, and nothing becomes markup.
  window.trustedTypes?.createPolicy('default', {
    createScriptURL: (url) => (new URL(url, location.href).origin === location.origin ? url : null),
  })
  const root = document.documentElement
  let chosen = {}
  try {
    chosen = JSON.parse(localStorage.getItem('zolal.look') || '{}')
  } catch {}
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme =
    chosen.theme === 'light' || chosen.theme === 'dark' ? chosen.theme : dark ? 'dark' : 'light'
  const language =
    chosen.language || (/^ps\b/.test(navigator.language) ? 'fa' : navigator.language.replace(/-.*/, ''))
  root.lang = language
  root.dir = chosen.direction || (language === 'fa' ? 'rtl' : 'ltr')
  // What the first screen needs besides the entry comes beside it. Who was never here gets the form alone.
  const ahead = JSON.parse(document.currentScript.dataset.ahead || '{}')
  window.zolalAhead = ahead
  const ask = (files) => {
    for (const [href, integrity] of files || []) {
      const link = document.createElement('link')
      const style = href.endsWith('.css')
      const how = style ? { rel: 'preload', as: 'style' } : { rel: 'modulepreload' }
      Object.assign(link, how, { crossOrigin: '', integrity, href })
      document.head.append(link)
    }
  }
  ask(ahead[language] || ahead.en)
  const stores = indexedDB.databases?.() ?? Promise.reject()
  window.zolalKnown = stores.then(
    (all) => all.some(({ name }) => name === 'zolal'),
    () => true,
  )
  window.zolalKnown.then((known) => {
    for (const group of known ? ['app', 'shell'] : ['newcomer']) ask(ahead[group])
  })
  // Told once and early; the settings offer it when somebody looks for it.
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    window.zolalInstall = event
  })
  const manifest = document.querySelector('link[rel=manifest]')
  if (manifest && language !== 'fa') manifest.href = '/manifest.en.webmanifest'
  if (chosen.still) root.dataset.motion = 'off'
  if (chosen.size) root.dataset.size = String(chosen.size)
})()
