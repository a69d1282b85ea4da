// SPDX-License-Identifier: AGPL-3.0-or-later
import { inLanguage } from '../i18n/part'
import { makeEnglish } from './words.en'
import { makePersian } from './words.fa'

/** The words of reports and decisions. They are not in the catalogues, which everybody loads first. */
export type ReportWords = ReturnType<typeof makeEnglish>

/** The words in the present language. */
export const words = inLanguage<ReportWords>('report', { fa: makePersian, en: makeEnglish })

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
