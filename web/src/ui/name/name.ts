// SPDX-License-Identifier: AGPL-3.0-or-later
import { toLatinDigits } from '../../model/digits'

/** The fewest characters of a public name. */
export const LEAST = 5

/** The name that was typed: without "@", and with the digits that names have. */
export const nameOf = (typed: string): string => toLatinDigits(typed.trim()).replace(/^@/, '')

export type Fault = 'letters' | 'begins' | 'short' | 'underscores'

/** What is wrong with a name by itself, as the server judges it too; null: nothing. */
export function faultOf(name: string): Fault | null {
  if (/\W/.test(name)) return 'letters'
  if (!/^[A-Za-z]/.test(name)) return 'begins'
  if (name.includes('__')) return 'underscores'
  if (name.length < LEAST) return 'short'
  return name.endsWith('_') ? 'underscores' : null
}

/** Too short is what every name is at first: that is told, and is a mistake only where the name is meant. */
export function isMistake(fault: Fault | null, meant: boolean): fault is Fault {
  return fault !== null && (meant || fault !== 'short')
}
