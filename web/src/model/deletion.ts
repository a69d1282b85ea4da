// SPDX-License-Identifier: AGPL-3.0-or-later
import type { ChatId, Ms } from './id'

/** Whether the account will be deleted, and what stands in the way. */
export interface DeletionView {
  /** When; 0: it stays. */
  readonly due: Ms
  /** What this person wrote goes too. */
  readonly messages: boolean
  /** Groups and channels to be handed on or deleted first. */
  readonly owned: readonly { readonly chat: ChatId; readonly title: string }[]
  readonly lastOperator: boolean
  /** For how long an account can still be kept after its owner wished it deleted. */
  readonly after: Ms
}

export interface DeletionActions {
  state(): Promise<DeletionView>
  /** Rejects with FACTOR_NEEDED where a code is needed, or what PasskeyActions.besidePassword gives. */
  begin(wish: { password: string; code: string; passkey: string; messages: boolean }): Promise<DeletionView>
  cancel(): Promise<void>
}
