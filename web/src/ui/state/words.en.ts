// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ErrorCode } from '../../model'
import type { Catalogue } from '../i18n/catalogue/en'

/** Those that the catalogue has: they are said also when nothing more can be fetched. */
type Always = keyof Catalogue['error']

const errors = {
  VERSION_UNSUPPORTED: 'This app is too old for the server. Reload the page.',
  UNAUTHENTICATED: 'Please sign in again.',
  FORBIDDEN: 'You do not have the right to do that here.',
  NOT_FOUND: 'There is nothing here by that name.',
  BAD_REQUEST: 'That could not be accepted. Check what you typed.',
  BAD_TEXT: 'The text is empty, or has characters that cannot be sent.',
  TEXT_TOO_LONG: 'The text is too long.',
  TOO_MANY: 'That is more than the server allows.',
  RATE_LIMITED: 'Too many attempts. Wait a little and try again.',
  SLOW_MODE: 'Slow mode is on here. Wait a little before the next message.',
  KEY_EXPIRED: 'This message is too old to be sent. Write it again.',
  KEY_INVALID: 'The clock of this device is wrong. Set it and try again.',
  CONFLICT: 'It was changed elsewhere in the meantime. Take another look and try again.',
  NAME_TAKEN: 'This name is taken.',
  NAME_INVALID: 'Use 5 to 32 Latin letters, digits or underscores, starting with a letter.',
  NAME_CONFUSABLE: 'This name looks too similar to another one.',
  NAME_RESTING: 'Somebody gave this name up recently. For 30 days nobody else can take it.',
  NAME_TOO_OFTEN:
    'A name can be changed three times in 30 days. Keep it, or take one of the earlier ones back.',
  PASSWORD_WEAK: 'This password is easy to guess. A few unrelated words make a good one.',
  PASSWORD_WRONG: 'The password is incorrect.',
  SIGN_IN_WRONG: 'The username or password is incorrect.',
  RECOVERY_WRONG: 'The username or recovery code is incorrect.',
  LOGIN_TOO_YOUNG:
    'This device signed in recently. For a day it cannot change a name or what protects your account, or run the server, unless an older device or the recovery code confirms it.',
  PUSH_SERVICE:
    'The browser does not reach its push service. Try another network, or later. Private windows have none: use an ordinary one.',
  PASSKEY_NOT_USED: 'No passkey was used.',
  PASSKEY_UNAVAILABLE: 'Passkeys do not work at this address. Sign in another way.',
  LAST_WAY_IN: 'Without this nobody could sign in to the account. Get another way in first.',
  DEVICE_CODE_WRONG: 'No device shows this code. Compare it, digit by digit.',
  DEVICE_CODE_OVER: 'This code has expired or was used. Enter the one that the device shows now.',
  OWNS_CHATS: 'You still own groups or channels. Hand them on or delete them first.',
  LAST_OPERATOR: 'You are the only operator of this server. Make somebody else one first.',
  FACTOR_NEEDED: 'A code from your authenticator, or the recovery code, is needed too.',
  FACTOR_WRONG: 'That code is wrong or was already used. Wait for the next one.',
  SIGNUP_CLOSED: 'New accounts on this server are by invitation only.',
  SETUP_INVALID: 'This set-up link was used already. The server prints a new one when it needs it.',
  NOT_MEMBER: 'You are not in this chat.',
  BANNED: 'You are banned from this chat.',
  RESTRICTED: 'You cannot write here for now.',
  CANNOT_WRITE: 'This person does not accept messages from you.',
  INVITE_EXPIRED: 'This link has expired.',
  INVITE_USED_UP: 'This link has reached its limit.',
  ALREADY_MEMBER: 'You are already in this chat.',
  CHAT_FULL: 'This chat is full.',
  CHAT_DELETED: 'This chat was deleted.',
  TARGET_GONE: 'That message is no longer here.',
  NOT_AUTHOR: 'Only its author can do that.',
  OWNER_CANNOT_LEAVE: 'Hand over ownership before you leave.',
  INVITES_REFUSED: 'This person does not accept invitations.',
  DISK_FULL: 'The server’s disk is full. Nothing was stored; tell its operator.',
  READ_ONLY: 'The server cannot save anything right now. Nothing is lost; try again later.',
  REQUEST_PENDING: 'You can send this person more messages once they accept your request.',
  DAILY_LIMIT:
    'There is a daily limit on messages to strangers, links and new groups, and you have reached it. It grows as your account gets older.',
  SUSPENDED: 'This account is suspended.',
  LIMITED: 'The operator of this server has limited this for now. Settings say why, and how to appeal.',
  WORK_REQUIRED: 'Sign-up did not work. Try again.',
  PASS_REVOKED: 'This invitation was withdrawn.',
  IDENTITY_UNKNOWN: 'You have no account here yet. Choose a username.',
  REVIEW_PENDING: 'The operator of this server has not approved your account yet. Try again later.',
  QUOTA_USED_UP: 'Your share of the server’s space for today is used up. Try again tomorrow.',
  MEDIA_REFUSED: 'This file is not what it would be sent as. Send it as a file.',
  FILE_GONE: 'This file did not arrive whole. Send it again.',
  MEDIA_QUOTA: 'Your share of room for files is used up. Try later, or delete what you do not need.',
  MEDIA_TOO_LARGE: 'This file is larger than this server takes.',
} satisfies Record<Exclude<ErrorCode, Always> | 'SIGN_IN_WRONG', string>

export const makeEnglish = () => ({
  ...errors,
  againAt: (when: string) => `Again from ${when}.`,
})
