// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

const plain = {
  kinds: {
    messages: 'Messages',
    photos: 'Photos',
    videos: 'Videos and GIFs',
    files: 'Files',
    voice: 'Voice messages',
    music: 'Music',
    app: 'The app itself',
  },
  received: 'Received',
  sent: 'Sent',
  total: 'In all',
  reset: 'Count anew',
  resetTitle: 'Count anew?',
  resetBody: 'What was counted until now is forgotten. Nothing else changes.',
  spentNote: 'Counted on this device, by this app. What the browser has in its own store costs nothing.',
  byKind: 'By kind',
  byChat: 'By chat',
  keptNote: 'What is cleaned can be loaded again. Drafts, and what is not sent yet, stay.',
  appNote: 'It stays, so that the app starts without the network.',
  nothing: 'Nothing is kept yet',
  loads: 'Choose what loads by itself',
  nothingBody:
    'Photos, files and messages that were loaded are kept here, so that they need not be loaded again.',
  cleanTitle: 'Clean this?',
  choose: 'Choose what to clean',
  cleaned: 'Cleaned',
  failed: 'This could not be read',
  again: 'Try again',
  saved: 'Saved messages',
  unknown: 'A chat that is not here any more',
}

export const makeEnglish = (f: Format) => ({
  ...plain,
  since: (day: string) => `since ${day}`,
  clean: (size: string) => `Clean ${size}`,
  cleanBody: (size: string) => `${size} leave this device. They can be loaded again from the server.`,
  of: (part: string, whole: string) => `${part} of ${whole}`,
  share: (percent: number) => `${f.n(percent)}%`,
  about: (size: string) => `about ${size}`,
})
