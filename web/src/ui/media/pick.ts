// SPDX-License-Identifier: AGPL-3.0-or-later

/** Lets the person choose files; none where they did not. `camera` asks a phone for a new picture. */
export function pickFiles({ accept = '', camera = false, several = true }): Promise<readonly File[]> {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = several && !camera
  input.accept = accept
  if (camera) input.setAttribute('capture', 'environment')
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}
