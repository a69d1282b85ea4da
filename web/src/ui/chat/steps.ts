// SPDX-License-Identifier: AGPL-3.0-or-later

export type Step = 'above' | 'below' | 'pageUp' | 'pageDown' | 'first' | 'newest'

/** The keys that walk the messages. The sheet of keys lists them and those below. */
export const steps: Readonly<Record<string, Step>> = {
  ArrowUp: 'above',
  ArrowDown: 'below',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
  Home: 'first',
  End: 'newest',
}

/** The keys that do something with the message one is at. */
export const deeds: Readonly<Record<string, 'open' | 'menu' | 'select' | 'leave' | 'within'>> = {
  Enter: 'open',
  ContextMenu: 'menu',
  'Shift F10': 'menu',
  ' ': 'select',
  Escape: 'leave',
  Tab: 'within',
}
