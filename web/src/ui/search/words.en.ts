// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

const plain = {
  messages: 'Messages',
  recent: 'Recent searches',
  forget: 'Clear',
  more: 'Show more',
  here: 'No network: only what this device holds was searched.',
  failed: 'The search did not get through.',
  again: 'Try again',
  limited: 'Too many searches at once. Try again in a moment.',
  tooLong: 'These words are too long for a search.',
  off: 'The operator of this server switched searching off.',
  looking: 'Searching…',
  none: 'Not found',
  older: 'Older message',
  newer: 'Newer message',
  close: 'Close the search',
  inChat: 'Search in this chat',
  from: 'By whom',
  anyone: 'Anyone',
  me: 'You',
  when: 'When',
  always: 'Any time',
  day: 'Last 24 hours',
  week: 'Last week',
  month: 'Last month',
  year: 'Last year',
}

export const makeEnglish = (f: Format) => ({
  ...plain,
  indexing: (percent: number) =>
    `Older messages are still being indexed (${f.n(percent)} %): some may not be found yet.`,
  place: (at: number, total: number) => `${f.n(at)} of ${f.n(total)}${total >= 1000 ? '+' : ''}`,
})
