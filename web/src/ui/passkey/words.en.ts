// SPDX-License-Identifier: AGPL-3.0-or-later

export const makeEnglish = () => ({
  title: 'Passkeys',
  about:
    'A passkey stays in your phone, computer or password manager and opens with your finger, your face or a PIN. It signs you in by itself, and it is asked for as the second step after the password.',
  none: 'No passkey yet.',
  add: 'Add a passkey',
  addBody: 'Your browser asks next where to keep it.',
  name: 'Name of the passkey',
  suggested: (device: string) => `Key in ${device}`,
  nameHint: 'So that you know later which one it is.',
  created: (when: string) => `Made ${when}`,
  used: (when: string) => `Last used ${when}`,
  never: 'Not used yet',
  synced: 'May be on your other devices too',
  elsewhere: 'Made for another address of this server; it opens nothing here',
  rename: (name: string) => `Rename “${name}”`,
  renameTitle: 'Rename the passkey',
  remove: (name: string) => `Remove “${name}”`,
  removeTitle: (name: string) => `Remove “${name}”?`,
  removeBody:
    'It signs you in no more. What your device or password manager keeps of it stays there until you remove it there too.',
  removeLast:
    'It is your last second step: the backup codes go with it, and the password alone is enough from then on.',
  removeYes: 'Remove',
  codesBody: 'The backup codes you have open nothing any more then.',
  codesLeft: (codes: number) => (codes === 1 ? '1 backup code is left' : `${codes} backup codes are left`),
  full: 'You have ten passkeys, and there is no room for more. Remove one first.',
  onlyAt: (domain: string) => `Passkeys are made and used at the address ${domain} only.`,
  noBrowser: 'This browser has no passkeys.',
  already: 'This passkey is there already.',
  added: 'The passkey was added',
  renamed: 'The passkey has a new name',
  removed: 'The passkey was removed',
  backupBody:
    'Each of these opens once in the place of the passkey. Keep them where the passkey is not; they are shown only now.',
  signIn: 'Sign in with a passkey',
  secondBody: 'Show with your finger, your face or a PIN that it is you.',
  use: 'Use the passkey',
  instead: 'Use a passkey instead',
  useCode: 'Use a code instead',
  wrong: 'This passkey opens no account here. It may have been removed; sign in with the password.',
  wrongSecond: 'This passkey is not one of this account. Try another, or use a code.',
  afterReset:
    'The password was changed or reset. Sign in once with the password and this passkey; then it works by itself again.',
})
