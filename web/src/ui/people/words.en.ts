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
  removeBody: 'Your chat stays. The name you gave them is forgotten.',
  removed: 'Removed from your contacts',
  privateName: 'What you call them',
  privateNameHint: (name: string) =>
    `Only you see it, on all your devices. Leave it empty to use ${name}, the name they chose.`,
  publicName: (name: string) => `their own name: ${name}`,
  renamed: (from: string, to: string) => `${from} is now called ${to}.`,
  usernameChanged: (from: string, to: string) => `The username was ${from} and is now ${to}.`,
  usernameNew: (to: string) => `The username is now ${to}.`,
  usernameGone: (from: string) => `They no longer use ${from}.`,
  photoChanged: 'They have a new photo.',
  seen: 'Dismiss',
  mutual: 'Groups in common',
  write: 'Write',
  profile: 'Profile',
  self: 'This is your own link.',
  bad: 'This link leads to nobody',
  badBody: 'It may have been replaced or taken down. Ask for a new one.',
  limited: 'You have looked up many names. You can still find people you know; for others, wait a while.',
  openLink: 'Open this link',
  linkOf: {
    elsewhere: 'This link belongs to another server. It can only be opened there.',
    invitation: 'This link is for signing up, and you already have an account here.',
    nothing: 'This link is of this server, but leads to nothing that can be opened.',
  },
  myLinkBody:
    'Anyone with this link can message you, even if your username cannot be found. It contains no phone number.',
  share: 'Share',
  renew: 'Replace the link',
  renewTitle: 'Replace your link?',
  renewBody: 'The old link and its code stop working at once. People who already found you are not affected.',
  takeDown: 'Take the link down',
  takeDownTitle: 'Take your link down?',
  takeDownBody: 'Nobody can find you by it anymore. You can make a new one at any time.',
  noLink: 'You have no link',
  noLinkBody: 'With a link, or its code to scan, people can find you without a phone number.',
  makeLink: 'Make a link',
}

const request = {
  body: (name: string) =>
    `Until you accept, ${name} cannot see that you have read this or that you are online.`,
  since: (when: string) => `Account created: ${when}`,
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
