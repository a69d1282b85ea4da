// SPDX-License-Identifier: AGPL-3.0-or-later
import type { Format } from '../i18n/format'

const menu = {
  media: 'Photo or video',
  file: 'File',
  camera: 'Camera',
  place: 'Location',
  contact: 'Contact',
}

const sheet = {
  caption: 'Caption',
  add: 'Add',
  remove: 'Remove',
  earlier: 'Move earlier',
  later: 'Move later',
  asFile: 'Send as files, unchanged',
  spoiler: 'Hide until tapped',
  hd: 'In high quality',
  preparing: 'One moment…',
  empty: 'There is nothing in it',
  drop: 'Drop files here to send them',
  unreadable: (names: string) =>
    `${names} cannot be shown by this browser and goes as a file, unchanged: where it was taken and by which camera stays in it.`,
}

const place = {
  title: 'Location',
  here: 'Where I am now',
  finding: 'Finding where you are…',
  denied: 'The browser does not tell where you are. Write the place by hand.',
  latitude: 'Latitude',
  longitude: 'Longitude',
  name: 'Name of the place',
  wrong: 'Latitude is from −90 to 90, longitude from −180 to 180.',
  openMap: 'Open in a map',
}

const data = {
  title: 'Automatic loading',
  photos: 'Photos',
  gifs: 'GIFs',
  mobile: 'on mobile data',
  other: 'on Wi-Fi and other networks',
  saver: 'Where the browser saves data, nothing loads by itself.',
  offer: 'Load photos and GIFs by themselves from now on?',
  offerYes: 'Yes, load them',
  links: 'Links',
  previews: 'Show what my links lead to',
  linksNote:
    'The server looks at the page while you write. Nobody who reads your message is shown to the site.',
}

const plain = {
  load: 'Load',
  cut: 'Interrupted. Tap to go on.',
  again: 'Try again:',
  stop: 'Stop',
  save: 'Save',
  play: 'Play',
  pause: 'Pause the upload',
  resume: 'Go on uploading',
  cancel: 'Cancel the upload',
  reveal: 'Hidden: tap to see',
  gone: 'This is not here any more',
  failed: 'Could not be loaded. Tap to try again.',
  show: 'Show',
  write: 'Write',
  viewer: 'Photos and videos',
  previous: 'Previous',
  next: 'Next',
  zoomIn: 'Larger',
  zoomOut: 'Smaller',
  toMessage: 'Show in the chat',
}

export const makeEnglish = (f: Format) => ({
  ...plain,
  menu,
  data,
  place,
  sheet: {
    ...sheet,
    title: {
      photo: (n: number) => f.plural(n, { one: 'Send # photo', other: 'Send # photos' }),
      video: (n: number) => f.plural(n, { one: 'Send # video', other: 'Send # videos' }),
      gif: (n: number) => f.plural(n, { one: 'Send # GIF', other: 'Send # GIFs' }),
      file: (n: number) => f.plural(n, { one: 'Send # file', other: 'Send # files' }),
      mixed: (n: number) => f.plural(n, { one: 'Send # item', other: 'Send # items' }),
    },
    tooLarge: (name: string, most: string) => `${name} is larger than the ${most} this server takes.`,
    tooMany: (most: number) => `At most ${f.n(most)} at once.`,
  },
  of: (index: number, total: number) => `${f.n(index)} of ${f.n(total)}`,
  upload: (sent: string, size: string) => `${sent} of ${size}`,
})
