// SPDX-License-Identifier: AGPL-3.0-or-later
export type * from './app'
export type * from './chat'
export { AppError, type ErrorCode } from './error'
export type * from './id'
export type * from './message'
export { type Observable, Source } from './observable'
export * from './security'
export type * from './session'
