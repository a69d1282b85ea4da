// SPDX-License-Identifier: AGPL-3.0-or-later

export const makeEnglish = () => ({
  lostTitle: 'What did you lose?',
  lostBody: 'Your chats are on the server and wait for you.',
  lostPassword: 'The password',
  lostPasswordBody: 'With the recovery code you set a new one. Your other devices will be signed out.',
  lostDevice: 'A device',
  lostDeviceBody:
    'Sign in here, then sign the lost one out under “Devices”. A new device may do that after a day; with the recovery code at once.',
  lostAll: 'The password and the recovery code',
  lostAllBody:
    'Nobody can compute them back. Ask the operator of this server for a reset: after making sure that it is you, they send you a one-time link. Where the operator cannot be reached, the account is lost.',
  resetTitle: 'Set a new password',
  resetBody:
    'The operator of this server sent you this link. It works once. Nobody but you learns the password.',
  resetGone: 'This link was used, replaced by another, or is too old. Ask the operator for a new one.',
  setupTitle: 'Set up this server',
  setupBody: 'You came by the one-time link. The account you make now becomes the operator of this server.',
  setupNeeded: 'This server is new',
  setupNeededBody: 'Its operator opens the one-time link that the server printed on its terminal.',
  recoverTitle: 'Back in with the recovery code',
  recoverBody:
    'Type the forty digits, Persian or Latin, and choose a new password. Your other devices will be signed out.',
})
