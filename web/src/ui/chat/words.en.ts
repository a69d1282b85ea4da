// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

const menu = {
  reply: 'Reply',
  quote: 'Quote',
  quoteHint: 'Select the part that you answer.',
  copy: 'Copy text',
  forward: 'Forward',
  edit: 'Edit',
  pin: 'Pin',
  unpin: 'Unpin',
  select: 'Select',
  report: 'Report',
  remove: 'Delete',
  react: 'React',
  removeBody: 'It disappears for all people in this chat, and its text leaves the server.',
  removeYes: 'Delete for everyone',
}

const plain = {
  failedBody: 'It is kept here until you try again or discard it.',
  discard: 'Discard',
  openLink: 'Open this address?',
  openLinkBody: 'The text and the address differ. This is where it leads:',
  open: 'Open',
  emptyDirect: (name: string) => `Say hello to ${name}.`,
  emptyGroup: 'Write the first message, or invite people with a link.',
  emptyChannel: 'Publish the first post.',
  emptySaved: 'Keep notes, links and forwarded messages here. Only you see them.',
}

const lock = {
  operatorTitle: 'Who can read this chat?',
  operatorBody:
    'The people in this chat, and technically also the operator of this server: its messages lie on the server without end-to-end encryption. Write here what you would write in a letter that the postman could open.',
}

const forward = {
  title: 'Forward to…',
  hideSource: 'Hide where it came from',
  done: 'Forwarded',
  cannot: 'No chats to forward to',
}

export const makeEnglish = (f: Format) => ({
  ...plain,
  menu: {
    ...menu,
    removeTitle: (count: number) =>
      f.plural(count, { one: 'Delete this message for everyone?', other: 'Delete # messages for everyone?' }),
    selected: (count: number) => f.plural(count, { one: '# selected', other: '# selected' }),
  },
  lock,
  forward,
})
