// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

const menu = {
  reply: 'Reply',
  quote: 'Quote',
  quoteHint: 'Select the part you are replying to.',
  copy: 'Copy text',
  forward: 'Forward',
  edit: 'Edit',
  pin: 'Pin',
  unpin: 'Unpin',
  select: 'Select',
  readers: 'Read by',
  readersNone: 'Nobody has read it yet, or they do not show it.',
  readersHidden: 'You hide what you have read, so you do not see it of others. Settings → Privacy.',
  report: 'Report',
  remove: 'Delete',
  react: 'React',
  reactMore: 'More reactions',
  removeBody: 'It disappears for everyone in this chat, and its text is erased from the server.',
  removeYes: 'Delete for everyone',
  removeOwnBody: 'It disappears from all your devices, and its text is erased from the server.',
  removeOwnYes: 'Delete',
  removeBothBody: (name: string) =>
    `It disappears for you and for ${name}, and its text is erased from the server. To clear only your side, use “Delete chat” in the chat’s menu: that removes all of it.`,
  removeBothYes: 'Delete for both',
}

const plain = {
  failedBody: 'It stays here until you send it again or discard it.',
  discard: 'Discard',
  lostEdit: 'The message you edited was deleted meanwhile.',
  openLink: 'Open this address?',
  openLinkBody: 'The text does not match the address. This is where it leads:',
  open: 'Open',
  emptyDirect: (name: string) => `Say hello to ${name}.`,
  emptyGroup: 'Write the first message, or invite people with a link.',
  emptyChannel: 'Publish the first post.',
  emptySaved: 'Keep notes, links and forwarded messages here. Only you see them.',
}

const date = {
  title: 'Go to a date',
  before: 'The month before',
  after: 'The month after',
  yearBefore: 'The year before',
  yearAfter: 'The year after',
  yearsBefore: 'Earlier years',
  yearsAfter: 'Later years',
  choose: 'Choose month and year',
  none: 'There is nothing as recent as that. These are the newest messages.',
  oldest: 'To the beginning',
}

const lock = {
  operatorTitle: 'Who can read this chat?',
  operatorBody:
    'The people in this chat and, technically, the operator of this server: messages are stored there without end-to-end encryption. Think of it as a letter that the postman could open.',
}

const forward = {
  title: 'Forward to…',
  hideSource: 'Hide the original sender',
  done: 'Forwarded',
  cannot: 'No chats to forward to',
}

export const makeEnglish = (f: Format) => ({
  ...plain,
  requestsWaiting: (count: number) => f.plural(count, { one: '# join request', other: '# join requests' }),
  menu: {
    ...menu,
    removeTitle: (count: number) =>
      f.plural(count, { one: 'Delete this message for everyone?', other: 'Delete # messages for everyone?' }),
    removeOwnTitle: (count: number) =>
      f.plural(count, { one: 'Delete this message?', other: 'Delete # messages?' }),
    removeBothTitle: (count: number) =>
      f.plural(count, {
        one: 'Delete this message for both of you?',
        other: 'Delete # messages for both of you?',
      }),
    selected: (count: number) => f.plural(count, { one: '# selected', other: '# selected' }),
  },
  gone: 'The message was deleted.',
  tagAlone: (tag: string) => `No other message near here has ${tag}`,
  copy: 'Copy',
  spoken: { selected: 'Selected', comma: ', ' },
  newMessage: (name: string, text: string) => `${name}: ${text}`,
  lock,
  date,
  forward,
})
