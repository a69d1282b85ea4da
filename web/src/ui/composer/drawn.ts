// SPDX-License-Identifier: AGPL-3.0-or-later

const size = 24
const pen = Object.assign(document.createElement('canvas'), { width: size, height: size }).getContext('2d', {
  willReadFrequently: true,
})
const known = new Map<string, boolean>()

function picture(sign: string): string {
  if (!pen) return ''
  pen.clearRect(0, 0, size, size)
  pen.font = `${size - 6}px ${getComputedStyle(document.body).fontFamily}`
  pen.textBaseline = 'top'
  pen.fillText(sign, 0, 2)
  return pen.getImageData(0, 0, size, size).data.join()
}

let blank: string | undefined
let missing: string | undefined

/**
 * Whether this device has a picture for a sign: not nothing, not the box for what is missing, and not the
 * pictures of its parts side by side.
 */
export function isDrawn(sign: string): boolean {
  if (!pen) return true
  const before = known.get(sign)
  if (before !== undefined) return before
  blank ??= picture('')
  missing ??= picture('\u{1fffd}')
  const shown = picture(sign)
  const whole = pen.measureText(sign).width < 1.5 * pen.measureText('😀').width
  const drawn = shown !== blank && shown !== missing && whole
  known.set(sign, drawn)
  return drawn
}
