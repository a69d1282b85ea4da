// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * Lets arrows go through what was found, from the field to the last row and back; Enter in the field takes
 * the first, Escape leads back to the field. Returns how to stop.
 */
export function steps(results: HTMLElement): () => void {
  const field = document.querySelector<HTMLInputElement>('[data-search]')
  const rows = () => [...results.querySelectorAll<HTMLElement>('a.row, button.row, .said button')]
  const step = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const all = rows()
    const at = all.indexOf(document.activeElement as HTMLElement)
    if (event.key === 'ArrowDown') all[Math.min(at + 1, all.length - 1)]?.focus()
    else if (event.key === 'ArrowUp' && at >= 0) (all[at - 1] ?? field)?.focus()
    else if (event.key === 'Enter' && at < 0) {
      // The field is left, as by hand.
      all[0]?.focus()
      all[0]?.click()
    } else if (event.key === 'Escape' && at >= 0) field?.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  field?.addEventListener('keydown', step)
  results.addEventListener('keydown', step)
  return () => {
    field?.removeEventListener('keydown', step)
    results.removeEventListener('keydown', step)
  }
}
