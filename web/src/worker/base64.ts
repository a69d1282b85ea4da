// SPDX-License-Identifier: AGPL-3.0-or-later

/** Bytes, no more than some ten thousand, in base64; nothing for null. */
export const base64 = (buffer: ArrayBuffer | null): string =>
  btoa(String.fromCharCode(...new Uint8Array(buffer ?? new ArrayBuffer(0))))
