// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

const plain = {
  tagline: 'Messages, clear as water.',
  lostTitle: 'What did you lose?',
  lostBody: 'Your chats are on the server, waiting for you.',
  lostPassword: 'The password',
  lostPasswordBody: 'Use the recovery code to set a new one. Your other devices will be signed out.',
  lostDevice: 'A device',
  lostDeviceBody:
    'Sign in here, then sign the lost one out under “Devices”. A new device can do that after a day, or right away with the recovery code.',
  lostAll: 'The password and the recovery code',
  lostAllBody:
    'Nobody can recover them for you. Ask the operator of this server for a reset: once sure that it is you, they send you a one-time link. If the operator cannot be reached, the account is lost.',
  resetTitle: 'Set a new password',
  resetBody:
    'The operator of this server sent you this link. It works once, and only you will know the password.',
  resetGone: 'This link was used, was replaced, or has expired. Ask the operator for a new one.',
  setupTitle: 'Set up this server',
  setupBody: 'You opened the one-time link. The account you make now becomes the operator of this server.',
  setupNeeded: 'This server is new',
  setupNeededBody: 'To begin, its operator opens the one-time link that the server printed in the terminal.',
  recoverTitle: 'Sign in with the recovery code',
  recoverBody:
    'Enter the forty digits, Persian or Latin, and choose a new password. Your other devices will be signed out.',
  welcome: 'Welcome',
  welcomeBody: 'Sign in to your account, or make one. No phone number needed.',
  signIn: 'Sign in',
  signUp: 'Make an account',
  signUpTitle: 'A new account',
  username: 'Username',
  usernameHint: '5 to 32 letters, digits or underscores. Others find you by it.',
  name: 'Your name',
  nameHint: 'This is what others see. It need not be your real name.',
  password: 'Password',
  newPassword: 'New password',
  passwordNeeds: {
    short: 'At least 8 characters. Four words that do not belong together are good.',
    common: 'Many begin theirs like this. Take something else: four words that do not belong together.',
    name: 'Your username is in it. Take something else: four words that do not belong together.',
    dull: 'Make it longer, or take four words that do not belong together.',
  },
  strength: ['', 'Weak: easy to guess', 'Fair: a few more words would help', 'Good', 'Strong'],
  forgot: 'Forgot your password?',
  terms: 'Terms and rules',
  stored: 'What this server stores',
  agree: 'By making an account you accept the terms and rules of this server.',
  haveAccount: 'I have an account',
  revoked: 'This device was signed out from another device.',
  suspended: 'The operator suspended this account. Sign in to see why.',
  signUpClosedBody: 'If you have an account here, sign in.',
  signUpClosed:
    'This server takes new people by invitation only. If you have an invitation link, open it. If not, ask somebody who is here, or whoever runs the server.',
  askOperator: 'The operator:',
  recoveryTitle: 'Your recovery code',
  recoveryBody:
    'If you ever forget your password, this code lets you back in. Nobody else has it, not even the operator.',
  recoveryKeep: 'Write it down or save it in a password manager. It is shown only this once.',
  recoveryCopy: 'Copy the code',
  recoveryKept: 'I have kept it',
  recoveryConfirmWrong: 'Those are not the right digits. Check what you saved.',
  recoveryCode: 'Recovery code',
  recoveryTypo: 'A digit is wrong somewhere. Compare it with your copy.',
  recoveryLong: 'That is more than forty digits.',
  recoveryOk: 'The code is complete',
  recover: 'Set the new password',
  lostBoth:
    'If you lose both the password and this code, only the operator of this server can let you back in.',
  code: 'Code',
  secondTitle: 'One more step',
  secondBody: 'Enter the code that your authenticator shows, or one of your backup codes.',
  secondRecoveryBody: 'Enter your recovery code instead of the authenticator’s code.',
  useRecovery: 'Use the recovery code',
  useCode: 'Use an authenticator code',
  byDevice: 'Sign in with another device',
  byDeviceBody:
    'On a device where you are signed in, open Settings, Devices. Scan this code there, or enter the digits below it.',
  byDeviceCode: 'Code of this device',
  copyCode: 'Copy the digits',
  byDeviceHint: 'Seeing the code is not enough to get in. It changes every few minutes.',
  newCode: 'Show a new code',
  waitTitle: 'Waiting for another device',
  waitBody: 'Your account lets a new device in only when an old one approves. It is being asked now.',
  waitHint:
    'Open Zolal on a device where you are signed in. No other device? Go back and use the recovery code.',
  arrived: (name: string) => `This device is signed in to ${name}`,
  waitOver: 'Nobody answered in time. Go back and try again.',
  waitRefused: 'The other device refused it.',
  signInToJoin: 'Sign in or make an account to join.',
  signInFirst: 'Sign in or make an account to continue to what you opened.',
}

export const makeEnglish = (f: Format) => ({
  ...plain,
  recoveryConfirm: (group: number) => `To be sure, type group ${f.n(group)} of your code`,
  recoveryMissing: (count: number) => f.plural(count, { one: '# more digit', other: '# more digits' }),
  reviewNote: 'A few words to the operator',
  reviewNoteHint:
    'Who you are and how you know of this server. The operator reads it and decides who comes in.',
  reviewTitle: 'Waiting for approval',
  reviewBody: (username: string) =>
    `The operator of this server looks at every new account. You come in here by yourself as soon as yours is approved. You may also close this page and sign in later as @${username} with your password: nothing you typed is lost.`,
  reviewHint: 'This page asks by itself again and again.',
  reviewRefusedTitle: 'The operator refused',
  reviewRefused:
    'The operator of this server did not approve this account. If that is a mistake, ask them another way.',
})
