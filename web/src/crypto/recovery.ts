// SPDX-License-Identifier: AGPL-3.0-or-later

/**
 * What is derived from a recovery code. The derivations are independent: the server, which knows the login
 * authenticator, learns nothing of the archive key. The code itself never leaves the device.
 */
async function derive(code: string, info: string): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', text.encode(code), 'HKDF', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt: text.encode('zolal'), info: text.encode(info) },
    key,
    256,
  )
  return new Uint8Array(bits)
}

/** The 32 bytes that prove to the server that one knows the code (forty digits). */
export function recoveryAuthenticator(code: string): Promise<Uint8Array<ArrayBuffer>> {
  return derive(code, 'zolal recovery login v1')
}

/** The 32-byte key of the account's encrypted archive. Never sent. */
export function archiveKey(code: string): Promise<Uint8Array<ArrayBuffer>> {
  return derive(code, 'zolal recovery archive v1')
}
