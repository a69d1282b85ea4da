// SPDX-License-Identifier: AGPL-3.0-or-later

const plain = {
  scan: 'Scan a QR code',
  link: 'Link a device',
  linkNote:
    'Scan the code that the new device shows: on its first screen, under “Sign in with another device”.',
  opening: 'Allow the camera when the browser asks…',
  aim: 'Hold the code inside the frame',
  what: 'Links of people, groups and channels, and the code of a new device',
  light: 'Light',
  choose: 'Choose a picture',
  copy: 'Copy',
  again: 'Scan again',
}

/** Why there is no camera, and what to do. */
const trouble = {
  refused: {
    title: 'The camera is not allowed',
    body: 'Tap the sign beside the address of this page, allow the camera there, then try again. If Zolal is installed as an app, allow it in the settings of your device.',
  },
  noCamera: {
    title: 'No camera was found',
    body: 'Connect one and try again, or choose a picture of the code.',
  },
  busy: {
    title: 'The camera is in use',
    body: 'Another app may have it. Close that app, then try again.',
  },
  insecure: {
    title: 'The camera needs a secure address',
    body: 'Browsers give it only to pages whose address begins with https. Open Zolal there, or choose a picture of the code.',
  },
  unsupported: {
    title: 'This browser offers no camera',
    body: 'Choose a picture of the code, or open this page in another browser.',
  },
}

/** What a code is that opens nothing here. */
const told = {
  foreign: {
    title: 'This is not a code of Zolal',
    body: 'Nothing was opened. This is what the code says:',
  },
  elsewhere: {
    title: 'This code belongs to another server',
    body: 'It can only be opened there. Nothing was opened. This is what the code says:',
  },
  invitation: {
    title: 'This code invites somebody new',
    body: 'It is for signing up, and you already have an account here.',
  },
  authenticator: {
    title: 'This code is for an authenticator',
    body: 'Scan it with your authenticator app. It holds a secret, so it is not shown here.',
  },
  nothing: {
    title: 'There is nothing to open here',
    body: 'The code is from this server, but it leads to nothing that can be scanned.',
  },
  noCode: {
    title: 'There is no code in this picture',
    body: 'Choose one where the whole code can be seen, sharp and not too small.',
  },
  noPicture: {
    title: 'This picture cannot be read',
    body: 'The browser does not know this kind of file. A screenshot works everywhere.',
  },
}

export const makeEnglish = () => ({
  ...plain,
  trouble,
  told,
})
