// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  isArrival,
  type MembershipView,
  type NoticeView,
  type SecurityActions,
  type SecurityView,
  Source,
} from '../../model'
import type { DeviceId, Ms, Seq } from '../../model/id'
import { askingOf, call, noticesOf } from '../../wire'
import type { Account } from '../account'
import { type Asker, acting, signedIn } from './asking'
import { later } from './later'

const NOTHING: SecurityView = {
  state: 'loading',
  notices: [],
  unseen: [],
  recoverySet: true,
  recoveryKept: true,
  remind: false,
  waitsUntil: 0,
  factor: false,
  backupCodes: 0,
  approval: false,
  asking: [],
  deletes: 0,
  membership: null,
}

const DAY = 86_400_000

/**
 * What protects the account and what happened to it. The server tells it whenever a connection begins and
 * whenever the log says that a device came or went; which notices were seen is this device's own affair.
 */
export class Security implements SecurityActions {
  readonly view = new Source<SecurityView>(NOTHING)
  readonly #asker: Asker
  #keeping = 0
  /** What is done seldom. */
  readonly #acts = later(async () => (await import('./securing')).securingActs(this.#asker, this))
  readonly vouch = this.#acts.vouch
  readonly checkRecovery = this.#acts.checkRecovery
  readonly beginFactor = this.#acts.beginFactor
  readonly enableFactor = this.#acts.enableFactor
  readonly disableFactor = this.#acts.disableFactor
  readonly newBackupCodes = this.#acts.newBackupCodes
  readonly setApproval = this.#acts.setApproval
  readonly deletion = this.#acts.deletion
  readonly connection = this.#acts.connection
  readonly disconnect = this.#acts.disconnect
  readonly asked = this.#acts.asked
  readonly askedByCode = this.#acts.askedByCode
  readonly answer = this.#acts.answer

  constructor(asker: Asker) {
    this.#asker = asker
  }

  refresh(): Promise<void> {
    return acting(async () => {
      const account = signedIn(this.#asker)
      const keeping = this.#keeping > 0
      const { Security: Remote } = await import('../../wire/security')
      const state = await call(account.tabs, Remote.method.state, {})
      const [seen = null, remindFrom = 0] = await account.db.read((r) =>
        Promise.all([r.value('noticesSeen'), r.value('remindFrom')]),
      )
      const membership = state.recoverySet ? null : await soleWayIn(account)
      if (this.#asker.current !== account) return
      const notices = noticesOf(state)
      const now = account.now()
      const { recoverySet } = state
      const recoveryKept = recoverySet && state.recoveryCheckedMs > 0n
      this.view.set({
        state: 'ready',
        notices,
        unseen: unseenOf(notices, account.session.device, seen ?? startOf(notices, account, now)),
        recoverySet,
        recoveryKept,
        remind: !membership && !recoveryKept && !keeping && remindFrom <= now,
        waitsUntil: state.waitsMs > 0n ? now + Number(state.waitsMs) : 0,
        factor: state.factor,
        backupCodes: state.backupCodes,
        approval: state.approval,
        asking: state.asking.flatMap(askingOf),
        deletes: Number(state.deletesMs),
        membership,
      })
    })
  }

  seen(notice: Seq): Promise<void> {
    return acting(async () => {
      const account = signedIn(this.#asker)
      await account.db.write(async (w) => {
        const before = (await w.value('noticesSeen')) ?? 0
        await w.putValue('noticesSeen', Math.max(before, notice))
      })
      this.view.update((v) => ({ ...v, unseen: v.unseen.filter((n) => n.seq > notice) }))
      account.tabs.tellFleeting({ kind: 'devices' })
    })
  }

  remindLater(): Promise<void> {
    return acting(async () => {
      const account = signedIn(this.#asker)
      await account.db.write((w) => w.putValue('remindFrom', account.now() + 7 * DAY))
      this.view.update((v) => ({ ...v, remind: false }))
    })
  }

  /** Does what shows that the code was kept; until that is done the person is not asked for it. */
  async keeping(work: () => Promise<void>): Promise<void> {
    this.#keeping++
    try {
      await work()
    } finally {
      this.#keeping--
      this.stale()
    }
  }

  /** Something changed: what is on screen follows. */
  stale(): void {
    void this.refresh().catch(() => {})
  }

  forget(): void {
    this.view.set(NOTHING)
  }
}

/** The organisation's provider where it alone signs the person in; older servers know of none. */
async function soleWayIn(account: Account): Promise<MembershipView | null> {
  const { connectionOf } = await import('./organisation')
  const mine = await connectionOf(account).catch(() => null)
  return mine?.password ? null : mine
}

/**
 * What another device did and this one has not shown, and that the account is kept since this one came, which
 * nobody asked for here; `notices` has the newest first.
 */
export function unseenOf(notices: readonly NoticeView[], own: DeviceId, seen: Seq): NoticeView[] {
  const quiet = (n: NoticeView) => n.removed || ['vouched', 'asking', 'refused'].includes(n.reason)
  const kept = (n: NoticeView, before?: NoticeView) =>
    n.reason === 'deletion_off' && before?.device.id === own && isArrival(before, notices)
  return notices
    .filter((n, i) => n.seq > seen && !quiet(n) && (n.device.id !== own || kept(n, notices[i + 1])))
    .reverse()
}

/** Where a device that has shown nothing yet begins: after its own coming, or with the last two days. */
function startOf(notices: readonly NoticeView[], account: Account, now: Ms): Seq {
  const own = notices.findLast((n) => n.device.id === account.session.device && !n.removed)
  return (own ?? notices.find((n) => n.at < now - 2 * DAY))?.seq ?? 0
}
