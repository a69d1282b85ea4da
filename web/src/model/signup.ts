// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AccountId, Ms } from './id'
import type { ServerView } from './session'

/** Who may sign up. 'closed': nobody; 'invite': who holds an invitation; 'open': everybody. */
export type SignupMode = 'closed' | 'invite' | 'open'

/** What only the operator sees and sets. */
export interface SignupRulesView {
  readonly version: number
  readonly mode: SignupMode
  /** What open sign-up costs a device: rounds of each try; 0: nothing. */
  readonly work: number
  readonly defaultWork: number
  /** How many people each member may let in, in the end; 0: members let in nobody. */
  readonly members: number
  /** Where it is open, newcomers without an invitation wait for the operator. */
  readonly review: boolean
  /** Programs on the server's own machine need no invitation now. */
  readonly local: boolean
}

/** A sign-up that waits for the operator, or was refused. */
export interface NewcomerView {
  readonly username: string
  readonly name: string
  /** What they say of themselves. */
  readonly note: string
  readonly asked: Ms
  readonly refused: boolean
}

/** Deciding about newcomers, for the operator. */
export interface NewcomerActions {
  newcomers(): Promise<readonly NewcomerView[]>
  decide(username: string, accept: boolean): Promise<void>
  /** Whether a set-up link makes its opener the operator: 'used': somebody is; 'old': of an earlier start. */
  checkSetup(token: string): Promise<'good' | 'used' | 'old'>
}

export interface SignupRulesChange {
  readonly mode: SignupMode
  readonly work: number
  readonly members: number
  readonly review: boolean
}

/** An invitation to sign up. It has nothing to do with invite links of chats. */
export interface PassView {
  readonly id: string
  readonly maker: AccountId
  readonly label: string
  readonly limit: number | null
  readonly used: number
  readonly created: Ms
  readonly expires: Ms | null
  readonly state: 'good' | 'revoked' | 'expired' | 'usedUp'
}

/** One that was just made: its address is known now and never again. */
export interface MadePass {
  readonly pass: PassView
  readonly url: string
}

export interface NewPass {
  readonly label: string
  readonly limit: number | null
  readonly expires: Ms | null
}

export interface PassesView {
  readonly passes: readonly PassView[]
  /** How many more people may be let in; null: any number. */
  readonly left: number | null
  /** Whether this person may let in anybody at all. */
  readonly allowed: boolean
}

/** An invitation as whoever opens its link sees it. */
export interface ShownPassView {
  /** Who made it; empty: the server's operator at the console. */
  readonly by: string
  readonly operator: boolean
  readonly expires: Ms | null
  readonly server: ServerView
}

export interface SignupActions extends NewcomerActions {
  /** Begins what open sign-up costs this device, so that nobody waits for it in the end. */
  prepare(): void
  /** What an invitation is, asked without an account. Rejects with why it is over. */
  look(secret: string): Promise<ShownPassView>
  passes(): Promise<PassesView>
  create(pass: NewPass): Promise<MadePass>
  revoke(id: string): Promise<void>
  rules(): Promise<SignupRulesView>
  /** Sets the rules; whoever opens sign-up was told what that entails. */
  setRules(seen: SignupRulesView, change: SignupRulesChange): Promise<SignupRulesView>
}
