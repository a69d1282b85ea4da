// SPDX-License-Identifier: AGPL-3.0-or-later
import { recoveryAuthenticator } from '../../crypto/recovery'
import { AppError, type AskingView, type SecurityActions } from '../../model'
import { askingOf, call } from '../../wire'
import { Security } from '../../wire/security'
import { type Asker, acting, signedIn } from './asking'
import { deletionActs } from './deletion'
import { connectionOf, disconnect } from './organisation'

/** What is shown of an account's security, which follows what is done. */
interface Shown {
  refresh(): Promise<void>
  stale(): void
}

/** What asks to be let in, by its name or by the code that it shows. */
async function asked(
  asker: Asker,
  by: { readonly pending: string } | { readonly code: string },
): Promise<AskingView> {
  const [asking] = askingOf(await call(signedIn(asker).tabs, Security.method.asked, by))
  if (!asking) throw new AppError('NOT_FOUND')
  return asking
}

/** What people do for their account's security, seldom enough to be fetched then. */
export function securingActs(
  asker: Asker,
  shown: Shown,
): Omit<SecurityActions, 'view' | 'refresh' | 'seen' | 'remindLater'> {
  return {
    vouch: (device) =>
      acting(async () => {
        await call(signedIn(asker).tabs, Security.method.vouch, { device })
      }),

    checkRecovery: (code) =>
      acting(async () => {
        const recovery = await recoveryAuthenticator(code)
        await call(signedIn(asker).tabs, Security.method.checkRecovery, { recovery })
        await shown.refresh()
      }),

    beginFactor: (password) =>
      acting(async () => {
        const { tabs } = signedIn(asker)
        const { secret, address } = await call(tabs, Security.method.beginFactor, { password })
        return { secret, address }
      }),

    enableFactor: (code) =>
      acting(async () => {
        const { codes } = await call(signedIn(asker).tabs, Security.method.enableFactor, { code })
        shown.stale()
        return codes
      }),

    disableFactor: (password) =>
      acting(async () => {
        await call(signedIn(asker).tabs, Security.method.disableFactor, { password })
        await shown.refresh()
      }),

    newBackupCodes: (password) =>
      acting(async () => {
        const { codes } = await call(signedIn(asker).tabs, Security.method.newBackupCodes, { password })
        shown.stale()
        return codes
      }),

    setApproval: (password, on) =>
      acting(async () => {
        await call(signedIn(asker).tabs, Security.method.setApproval, { password, on })
        await shown.refresh()
      }),

    deletion: async () => deletionActs(asker, () => shown.refresh()),

    connection: () => acting(() => connectionOf(signedIn(asker))),

    disconnect: (password) =>
      acting(async () => {
        await disconnect(signedIn(asker), password)
        shown.stale()
      }),

    asked: (pending) => acting(() => asked(asker, { pending })),

    askedByCode: (code) => acting(() => asked(asker, { code })),

    answer: (id, yes) =>
      acting(async () => {
        await call(signedIn(asker).tabs, Security.method.answer, { pending: id, yes })
        await shown.refresh()
      }),
  }
}
