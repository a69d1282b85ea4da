// SPDX-License-Identifier: AGPL-3.0-or-later
import { fromBinary } from '@bufbuild/protobuf'
import { type Addresses, AddressesSchema, type AddressList } from './gen/zolal/v1/sync_pb'
import { toHex } from './hex'

/** A verified list of addresses, as it is kept between runs. */
export interface KnownAddresses {
  /** The server's public key in hex, pinned at first sight. */
  readonly key: string
  /** Stable id of the server. */
  readonly server: string
  readonly addresses: readonly string[]
  readonly issuedMs: number
  /** The address that answered last. */
  readonly good?: string
}

const context = new TextEncoder().encode('zolal addresses v1\n')

/** Verifies the signature of a list; null when it does not hold or this browser cannot check it. */
export async function verifyAddresses(list: AddressList, nowMs: number): Promise<KnownAddresses | null> {
  const signed = new Uint8Array(context.length + list.payload.length)
  signed.set(context)
  signed.set(list.payload, context.length)
  let content: Addresses
  try {
    const raw = new Uint8Array(list.key)
    const key = await crypto.subtle.importKey('raw', raw, { name: 'Ed25519' }, false, ['verify'])
    const signature = new Uint8Array(list.signature)
    if (!(await crypto.subtle.verify({ name: 'Ed25519' }, key, signature, signed))) return null
    content = fromBinary(AddressesSchema, list.payload)
  } catch {
    return null
  }
  if (content.expiresMs !== 0n && Number(content.expiresMs) < nowMs) return null
  return {
    key: toHex(list.key),
    server: content.server,
    addresses: content.addresses.map(rootOf).filter((root) => root !== null),
    issuedMs: Number(content.issuedMs),
  }
}

function rootOf(address: string): string | null {
  try {
    const url = new URL(address)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : null
  } catch {
    return null
  }
}

/**
 * Where our server can be reached. The list comes from the server, signed; its key is pinned at first sight,
 * and neither another key nor an older list is believed afterwards. The token goes to no other address.
 */
export class AddressBook {
  readonly #home: string
  #known: KnownAddresses | null
  #good: string

  /** `home` is the address the app itself came from; `known` what an earlier run stored. */
  constructor(home: string, known: KnownAddresses | null = null) {
    this.#home = home
    this.#known = known
    this.#good = known?.good ?? home
  }

  /** What the next run starts with, and where media and the worker go: nowhere that the list leaves out. */
  get known(): KnownAddresses | null {
    return this.#known && { ...this.#known, good: this.#first() }
  }

  /** Every address to try, the one that worked last first. */
  order(): string[] {
    return [...new Set([this.#first(), ...this.#ours()])]
  }

  #ours(): string[] {
    return [...(this.#known?.addresses ?? []), this.#home]
  }

  #first(): string {
    return this.#ours().includes(this.#good) ? this.#good : this.#home
  }

  /** The address that works now. */
  noteGood(address: string): void {
    this.#good = address
  }

  /** Takes a verified list; true when it is news. */
  learn(list: KnownAddresses): boolean {
    const known = this.#known
    if (known && (list.key !== known.key || list.issuedMs <= known.issuedMs)) return false
    // A page from https may not speak to http, and must not hand its token to it.
    const secure = this.#home.startsWith('https:')
    const addresses = list.addresses.filter((a) => !secure || a.startsWith('https:'))
    this.#known = { ...list, addresses }
    return true
  }
}
