// SPDX-License-Identifier: AGPL-3.0-or-later

/** A browser has long begun to save what it was given by then. */
const TAKEN_BY = 60_000

/** Saves what is at an address of this server under a name. What it is, the server says. */
export function save(address: string, name: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.rel = 'noopener'
  // What comes from another address of the server is not saved by its name but opened: beside the app.
  if (new URL(address).origin !== location.origin) link.target = '_blank'
  link.click()
}

/** Saves what is on this device under a name. */
export function saveBlob(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  save(address, name)
  setTimeout(() => URL.revokeObjectURL(address), TAKEN_BY)
}
