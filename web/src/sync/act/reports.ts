// SPDX-License-Identifier: AGPL-3.0-or-later
import { recoveryAuthenticator } from '../../crypto/recovery'
import { AppError, type CaseActions, type ReportActions, type SuspendedClaim } from '../../model'
import { type Caller, call } from '../../wire'
import {
  actViewOf,
  caseOf,
  casesOf,
  Reports,
  reportOf,
  suspensionOf,
  toAct,
  toDesk,
} from '../../wire/reports'
import { type Asker, acting, signedIn } from './asking'
import { passkeyAlone } from './passkeys'

/** Who is suspended has no session: such requests go straight to the server. */
export interface Outsider {
  caller(): Caller
  makeKey(): Uint8Array<ArrayBuffer>
  /** What the provider gave, with the secret that this app keeps for it. */
  ticket(given: string): Promise<string>
}

export function reportActions(asker: Asker, outside: Outsider): ReportActions {
  return {
    report: ({ account, chat, messages, desk, reason, comment }) =>
      acting(async () => {
        const { tabs, keys } = signedIn(asker)
        const { repeated } = await call(tabs, Reports.method.report, {
          key: keys.make(),
          account: account ?? 0,
          chat: chat ?? 0,
          seqs: [...messages],
          desk: toDesk(desk),
          reason,
          comment,
        })
        return repeated
      }),
    inChat: (chat) =>
      acting(async () => {
        const { reports } = await call(signedIn(asker).tabs, Reports.method.inChat, { chat, limit: 100 })
        return reports.map(reportOf)
      }),
    close: (chat, report) =>
      acting(async () => {
        const { tabs, keys } = signedIn(asker)
        await call(tabs, Reports.method.closeInChat, { chat, report, key: keys.make() })
      }),
    mine: () =>
      acting(async () => {
        const { reports } = await call(signedIn(asker).tabs, Reports.method.mine, {})
        return reports.map(reportOf)
      }),
    acts: (before) =>
      acting(async () => {
        const { acts, more } = await call(signedIn(asker).tabs, Reports.method.acts, { before, limit: 50 })
        return { acts: acts.map(actViewOf), more }
      }),
    appeal: (decision, text) =>
      acting(async () => {
        const { tabs, keys } = signedIn(asker)
        await call(tabs, Reports.method.appeal, { decision, text, key: keys.make() })
      }),
    appealSuspension: (claim, text, { code = '', passkey = '' } = {}) =>
      acting(async () => {
        const ask = { key: outside.makeKey(), text, code, passkey, ...(await shown(claim, outside)) }
        return suspensionOf(await call(outside.caller(), Reports.method.appealSuspended, ask))
      }),
  }
}

async function shown(claim: SuspendedClaim, outside: Outsider) {
  if ('ticket' in claim) return { ticket: await outside.ticket(claim.ticket) }
  if ('alone' in claim) return { passkey: await passkeyAlone(outside.caller()) }
  if (!('recoveryCode' in claim)) return claim
  return { username: claim.username, recovery: await recoveryAuthenticator(claim.recoveryCode) }
}

export function caseActions(asker: Asker): CaseActions {
  return {
    list: (closed, before) =>
      acting(async () => {
        return casesOf(await call(signedIn(asker).tabs, Reports.method.list, { closed, before, limit: 50 }))
      }),
    show: (report) =>
      acting(async () => {
        const found = caseOf(await call(signedIn(asker).tabs, Reports.method.show, { report }))
        if (!found) throw new AppError('NOT_FOUND')
        return found
      }),
    decide: (j) =>
      acting(async () => {
        const { tabs, keys } = signedIn(asker)
        await call(tabs, Reports.method.decide, {
          key: keys.make(),
          reports: [...j.reports],
          account: j.account ?? 0,
          act: toAct(j.act),
          reason: j.reason,
          untilMs: BigInt(j.until ?? 0),
          chat: j.chat ?? 0,
          seqs: [...j.messages],
          photos: [...(j.photos ?? [])],
          decision: j.decision ?? 0,
        })
      }),
  }
}
