// SPDX-License-Identifier: AGPL-3.0-or-later

/** Saves what is at an address of this server under a name. What it is, the server says. */
export function save(address: string, name: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.rel = 'noopener'
  link.click()
}
