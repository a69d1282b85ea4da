// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * Opens a dialog over everything, for as long as it is on the page. What had the focus has it again then:
 * where a dialog was taken from the page first, the browser gives nothing back. Where that is gone by then,
 * as a message that was deleted here, its list has the focus.
 */
export function modal(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement as HTMLElement | null
  const list = before?.closest<HTMLElement>('[role="log"]')
  dialog.showModal()
  return () => {
    dialog.close()
    const to = before?.isConnected ? before : list
    to?.focus({ preventScroll: true })
  }
}
