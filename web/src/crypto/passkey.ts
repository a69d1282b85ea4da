// SPDX-License-Identifier: AGPL-3.0-or-later
import { AppError } from '../model'

/**
 * The browser's part of passkeys. Options come and answers go as the JSON of the standard; by hand, since
 * browsers in use have `navigator.credentials` for years longer than its JSON functions.
 */

interface Descriptor {
  readonly id: string
  readonly type: 'public-key'
  readonly transports?: AuthenticatorTransport[]
}

type CreationJson = Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> & {
  readonly challenge: string
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly excludeCredentials?: readonly Descriptor[]
}

type RequestJson = Omit<PublicKeyCredentialRequestOptions, 'challenge' | 'allowCredentials'> & {
  readonly challenge: string
  readonly allowCredentials?: readonly Descriptor[]
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (c) => c.charCodeAt(0))
}

function text(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

const named = (list: readonly Descriptor[] = []) => list.map((d) => ({ ...d, id: bytes(d.id) }))

/** Asks the browser; what it says of refusals is little on purpose, and so is this. */
async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const made = await ask()
    if (made) return made as PublicKeyCredential
  } catch (error) {
    const { name } = error as DOMException
    if (name === 'InvalidStateError') throw new AppError('CONFLICT', null, error)
    if (name === 'SecurityError' || name === 'NotSupportedError') {
      throw new AppError('PASSKEY_UNAVAILABLE', null, error)
    }
    throw new AppError('PASSKEY_NOT_USED', null, error)
  }
  throw new AppError('PASSKEY_NOT_USED')
}

function answer(credential: PublicKeyCredential, response: object): string {
  const { id, type, authenticatorAttachment } = credential
  return JSON.stringify({
    id,
    rawId: text(credential.rawId),
    type,
    ...(authenticatorAttachment ? { authenticatorAttachment } : {}),
    clientExtensionResults: {},
    response,
  })
}

/** Makes a passkey by the server's options; its answer. */
export async function makePasskey(options: string): Promise<string> {
  const { challenge, user, excludeCredentials, ...rest } = JSON.parse(options) as CreationJson
  const publicKey: PublicKeyCredentialCreationOptions = {
    ...rest,
    challenge: bytes(challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: named(excludeCredentials),
  }
  const made = await asked(() => navigator.credentials.create({ publicKey }))
  const response = made.response as AuthenticatorAttestationResponse
  return answer(made, {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  })
}

/** Shows a passkey by the server's options; its answer. */
export async function showPasskey(options: string): Promise<string> {
  const { challenge, allowCredentials, ...rest } = JSON.parse(options) as RequestJson
  const publicKey: PublicKeyCredentialRequestOptions = {
    ...rest,
    challenge: bytes(challenge),
    allowCredentials: named(allowCredentials),
  }
  const shown = await asked(() => navigator.credentials.get({ publicKey }))
  const response = shown.response as AuthenticatorAssertionResponse
  return answer(shown, {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
    ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
  })
}
