// SPDX-License-Identifier: AGPL-3.0-or-later

const size = 24
const pen = Object.assign(document.createElement('canvas'), { width: size, height: size }).getContext('2d', {
  willReadFrequently: true,
})
const known = new Map<string, boolean>()

/** What tells pictures apart, and whether there is any colour in one. */
interface Picture {
  readonly hash: number
  readonly coloured: boolean
}

function picture(sign: string): Picture {
  if (!pen) return { hash: 0, coloured: true }
  pen.clearRect(0, 0, size, size)
  pen.font = `${size - 6}px ${getComputedStyle(document.body).fontFamily}`
  pen.textBaseline = 'top'
  pen.fillText(sign, 0, 2)
  const { data } = pen.getImageData(0, 0, size, size)
  let [hash, coloured] = [0x811c9dc5, false]
  for (let i = 0; i < data.length; i += 4) {
    const [red, green, blue, seen] = [data[i], data[i + 1], data[i + 2], data[i + 3]]
    coloured ||= red !== green || green !== blue
    for (const part of [red, green, blue, seen]) hash = Math.imul(hash ^ (part ?? 0), 0x01000193)
  }
  return { hash, coloured }
}

let blank: Picture | undefined
let missing: Picture | undefined
/** Where there is none for a flag, many devices write the letters of its country. */
const flag = /^[\u{1f1e6}-\u{1f1ff}]/u

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
  const there = shown.hash !== blank.hash && shown.hash !== missing.hash
  const drawn = there && whole && (shown.coloured || !flag.test(sign))
  known.set(sign, drawn)
  return drawn
}
