// SPDX-License-Identifier: AGPL-3.0-or-later
export { AccountDb, type Change, type Durability, Reader, Writer } from './account'
export type { LoadedContent, LoadedKey, LoadedRow } from './media'
export { Registry, type RegistryValues } from './registry'
export type * from './rows'
