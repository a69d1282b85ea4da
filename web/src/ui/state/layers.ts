// SPDX-License-Identifier: AGPL-3.0-or-later

/** What lies open over the chat, in the order it was opened: Escape closes the newest and nothing else. */
const open: (() => void)[] = []

/** Puts something on top; the answer takes it away again, as an effect does. */
export function layer(close: () => void): () => void {
  open.push(close)
  return () => {
    const at = open.lastIndexOf(close)
    if (at >= 0) open.splice(at, 1)
  }
}

/** Whether anything lies open, which Escape is for then. */
export const layered = () => open.length > 0

/** Closes what lies on top; false when nothing does. */
export function closeTop(): boolean {
  const close = open.at(-1)
  close?.()
  return close !== undefined
}
