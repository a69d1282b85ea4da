// SPDX-License-Identifier: AGPL-3.0-or-later

export const makeEnglish = () => ({
  save: 'Save',
  copyLink: 'Copy link',
  understood: 'Understood',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  newGroup: 'New group',
  newChannel: 'New channel',
  qr: 'QR code',
  myLink: 'My link',
})
