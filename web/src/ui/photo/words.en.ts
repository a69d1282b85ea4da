// SPDX-License-Identifier: AGPL-3.0-or-later

const plain = {
  add: 'Add a photo',
  change: 'Change the photo',
  choose: 'Choose a photo',
  camera: 'Camera',
  view: 'See the photo',
  remove: 'Remove the photo',
  removeTitle: 'Remove this photo?',
  removeBody: 'It is erased for everybody. If there was one before it, that is shown again.',
  removeRoom: 'It is erased for everybody, from the history too.',
  crop: 'Choose what is shown',
  cropHint: 'Drag to move. Pinch to zoom.',
  cropKeys: 'Drag to move, scroll to zoom. Keys: arrows, + and −; R turns.',
  cropArea: 'The part of the photo that is shown',
  zoom: 'Size',
  turn: 'Turn',
  use: 'Use this photo',
  unreadable: 'This browser cannot read that picture. Try a JPEG or PNG.',
  small: 'That picture is too small. Choose one of at least 64 pixels.',
  photos: 'Photos',
  save: 'Save',
  failed: 'The photo could not be loaded.',
  changed: (who: string) => (who ? `${who} changed the photo` : 'The photo was changed'),
  removed: (who: string) => (who ? `${who} removed the photo` : 'The photo was removed'),
  audience: 'Who sees my photos',
  everybody: 'Everybody',
  contacts: 'My contacts',
  nobody: 'Nobody',
  audienceHint: 'People you have blocked, and strangers until you write back, never see them.',
}

export const makeEnglish = () => plain
