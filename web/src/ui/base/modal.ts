// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * Opens a dialog over everything, for as long as it is on the page. What had the focus has it again then:
 * where a dialog was taken from the page first, the browser gives nothing back.
 */
export function modal(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement as HTMLElement | null
  dialog.showModal()
  return () => {
    dialog.close()
    before?.focus({ preventScroll: true })
  }
}
