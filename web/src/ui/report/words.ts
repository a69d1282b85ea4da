// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'
import { f, i18n } from '../i18n/i18n.svelte'
import { isolating } from '../i18n/isolate'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of reports and decisions. They are not in the catalogues, which everybody loads first. */
export type ReportWords = ReturnType<typeof makeEnglish>

export const makers: Readonly<Record<'fa' | 'en', (format: Format) => ReportWords>> = {
  fa: makePersian,
  en: makeEnglish,
}

/** The words in the present language. */
export function words(): ReportWords {
  const make = i18n.direction === 'rtl' ? makers.fa : makers.en
  return isolating(make(f()))
}

/** Codes that a report may name, and a decision; the server has the last word. */
export const reportReasons = [
  'spam',
  'fraud',
  'abuse',
  'violence',
  'sexual',
  'illegal',
  'impersonation',
  'copyright',
  'rules',
  'other',
] as const
export const decisionReasons = [
  ...reportReasons.filter((code) => code !== 'other'),
  'false_reports',
  'security',
  'owner_request',
] as const
