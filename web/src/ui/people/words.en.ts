// SPDX-License-Identifier: AGPL-3.0-or-later

const plain = {
  empty: 'No contacts yet',
  emptyBody: 'Add people from their profile. Only you see this list, and what you call them.',
  search: 'Search contacts',
  nobody: 'Nobody by that name is on your list',
  add: 'Add to contacts',
  edit: 'Change the name I gave',
  remove: 'Remove from contacts',
  removeTitle: (name: string) => `Remove ${name} from your contacts?`,
  removeBody: 'Your chat stays. The name you gave is forgotten.',
  removed: 'Removed from your contacts',
  privateName: 'What you call them',
  privateNameHint: (name: string) =>
    `Only you see it, on all your devices. Left empty it is ${name}, as they call themselves.`,
  publicName: (name: string) => `calls themselves ${name}`,
  renamed: (from: string, to: string) => `${from} is now called ${to}.`,
  usernameChanged: (from: string, to: string) => `The username was ${from} and is now ${to}.`,
  usernameNew: (to: string) => `The username is now ${to}.`,
  usernameGone: (from: string) => `The username ${from} was given up.`,
  seen: 'I have seen it',
  mutual: 'Groups in common',
  write: 'Write',
  profile: 'Profile',
  self: 'This link leads to yourself.',
  bad: 'This link does not lead to anybody',
  badBody: 'It may have been replaced or taken down. Ask for a new one.',
  limited: 'You have looked up many names. People you know are still found; for others wait a while.',
  openLink: 'Open this link',
  myLinkBody:
    'Whoever has this link can write to you, also where your username does not find you. No phone number is in it.',
  share: 'Share',
  renew: 'Replace the link',
  renewTitle: 'Replace your link?',
  renewBody: 'The old link and its code stop working at once. Who has already found you stays.',
  takeDown: 'Take the link down',
  takeDownTitle: 'Take your link down?',
  takeDownBody: 'Nobody finds you by it any more. You can make a new one at any time.',
  noLink: 'You have no link',
  noLinkBody: 'With a link, and its code to scan, people find you without a phone number.',
  makeLink: 'Make a link',
}

const request = {
  body: (name: string) => `Until you accept, ${name} does not see that you have read this or are online.`,
  since: (when: string) => `Account made: ${when}`,
  common: (names: string) => `Groups in common: ${names}`,
  comma: ', ',
  noCommon: 'No groups in common',
  accept: 'Accept',
  removeTitle: 'Delete this request?',
  block: 'Block',
  blockBody: 'The request is deleted, and they can no longer write to you.',
}

export const makeEnglish = () => ({
  ...plain,
  request,
})
