// SPDX-License-Identifier: AGPL-3.0-or-later
import {
  type ActView,
  AppError,
  type CaseActions,
  type CaseList,
  type CaseView,
  type Judgement,
  type NewReport,
  type ReportActions,
  type ReportView,
} from '../../src/model'
import { day, now } from './fixture'

/** Reports, decisions and acts of a gallery: everything in memory, one person being all there are. */
export class MemoryReports implements ReportActions {
  readonly #filed: ReportView[] = []
  #acts: ActView[] = [
    act({
      seq: 9,
      at: now - day,
      act: 'limit',
      reason: 'spam',
      until: now + 6 * day,
      decision: 4,
      appealable: true,
    }),
    act({ seq: 8, at: now - day, act: 'look', reason: 'spam', messages: 3 }),
    act({
      seq: 7,
      at: now - 2 * day,
      act: 'takeDown',
      reason: 'spam',
      decision: 3,
      chat: 7,
      name: 'mountain_walks',
    }),
    act({ seq: 6, at: now - 3 * day, act: 'takeDown', reason: 'sexual', decision: 2, chat: 7, photos: true }),
    act({ seq: 5, at: now - 9 * day, act: 'list', console: true }),
  ]

  async report(report: NewReport): Promise<boolean> {
    const known = this.#filed.some((r) => r.account === report.account && r.chat === report.chat)
    this.#filed.push(filed({ ...report, number: this.#filed.length + 1, at: now }))
    return known
  }

  async inChat(chat: number): Promise<readonly ReportView[]> {
    return this.#filed.filter((r) => r.chat === chat && r.desk === 'admins' && r.closed === null)
  }

  async close(chat: number, report: number): Promise<void> {
    const i = this.#filed.findIndex((r) => r.chat === chat && r.number === report)
    const found = this.#filed[i]
    if (found) this.#filed[i] = { ...found, closed: now }
  }

  async mine(): Promise<readonly ReportView[]> {
    return this.#filed
  }

  async acts() {
    return { acts: this.#acts, more: false }
  }

  async appeal(decision: number): Promise<void> {
    this.#acts = this.#acts.map((a) =>
      a.decision === decision ? { ...a, appeal: 'open', appealable: false } : a,
    )
  }

  async appealSuspension(): Promise<never> {
    throw new AppError('PASSWORD_WRONG')
  }
}

export class MemoryCases implements CaseActions {
  #open: ReportView[] = [
    filed({
      number: 12,
      at: now - 3_600_000,
      account: 3,
      name: 'Spammer',
      username: 'buy_now',
      reason: 'spam',
    }),
    filed({ number: 9, at: now - day, chat: 8, chatTitle: 'Shop', reason: 'fraud' }),
  ]
  #closed: ReportView[] = []

  async list(closed: boolean): Promise<CaseList> {
    return { reports: closed ? this.#closed : this.#open, more: false, appeals: [] }
  }

  async show(number: number): Promise<CaseView> {
    const report = this.#open.find((r) => r.number === number)
    if (!report) throw new AppError('NOT_FOUND')
    return {
      report,
      reporter: 'Sara',
      reports: 3,
      dismissed: 1,
      messages: [{ seq: 4, at: now - day, author: 3, name: 'Spammer', body: { text: 'Buy!', entities: [] } }],
      others: [],
      decisions: [],
      owner: null,
      isPublic: report.chat !== null,
      photos: [],
    }
  }

  async decide(judgement: Judgement): Promise<void> {
    for (const r of this.#open.filter(({ number }) => judgement.reports.includes(number))) {
      this.#closed = [{ ...r, closed: now }, ...this.#closed]
    }
    this.#open = this.#open.filter(({ number }) => !judgement.reports.includes(number))
  }
}

function filed(given: Partial<ReportView> & { readonly number: number; readonly at: number }): ReportView {
  return {
    desk: 'operator',
    account: null,
    chat: null,
    messages: [],
    name: '',
    username: '',
    chatTitle: '',
    reason: 'spam',
    comment: '',
    closed: null,
    acted: false,
    reporter: null,
    ...given,
  }
}

function act(given: Partial<ActView> & Pick<ActView, 'seq' | 'at' | 'act'>): ActView {
  return {
    reason: '',
    until: null,
    decision: null,
    chat: null,
    messages: 0,
    name: '',
    photos: false,
    console: false,
    reversed: false,
    appeal: 'none',
    appealable: false,
    ...given,
  }
}
