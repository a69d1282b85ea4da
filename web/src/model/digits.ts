// SPDX-License-Identifier: AGPL-3.0-or-later

const zeros = [0x06f0, 0x0660] // Persian, Arabic

/** Persian and Arabic digits as Latin ones; everything else untouched. */
export function toLatinDigits(text: string): string {
  return text.replace(/[۰-۹٠-٩]/g, (digit) => {
    const code = digit.charCodeAt(0)
    const zero = zeros.find((z) => code >= z && code <= z + 9) ?? code
    return String(code - zero)
  })
}

/** The decimal digits of any script as Latin ones; everything else untouched. */
export function anyToLatinDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    // Unicode keeps the ten of a script in a row, from zero on; rows that follow each other have ten each.
    const code = digit.codePointAt(0) ?? 0
    let zero = code
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
    return String((code - zero) % 10)
  })
}
