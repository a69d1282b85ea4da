// SPDX-License-Identifier: AGPL-3.0-or-later
import type {
  Act,
  ActView,
  AppealState,
  CaseList,
  CaseView,
  DecisionView,
  Desk,
  ReportView,
  RevealedView,
  SuspensionView,
} from '../model'
import { readMessage } from './body'
import { photoOf } from './convert'
import type { Person } from './gen/zolal/v1/chat_pb'
import * as pb from './gen/zolal/v1/reports_pb'

export { Reports } from './gen/zolal/v1/reports_pb'

/** Reports, decisions and acts as screens draw them. */

const acts: Partial<Record<pb.Act, Act>> = {
  [pb.Act.DISMISS]: 'dismiss',
  [pb.Act.WARN]: 'warn',
  [pb.Act.LIMIT]: 'limit',
  [pb.Act.SUSPEND]: 'suspend',
  [pb.Act.TAKE_DOWN]: 'takeDown',
  [pb.Act.REVERSE]: 'reverse',
  [pb.Act.UPHOLD]: 'uphold',
  [pb.Act.LIST]: 'list',
  [pb.Act.LOOK]: 'look',
  [pb.Act.RESET]: 'reset',
  [pb.Act.MAKE_OPERATOR]: 'makeOperator',
  [pb.Act.IMPORT]: 'import',
  [pb.Act.LIFT]: 'lift',
  [pb.Act.RESET_LINK]: 'resetLink',
  [pb.Act.GIVE_PASSWORD]: 'givePassword',
  [pb.Act.REMOVE_FACTORS]: 'removeFactors',
  [pb.Act.LIST_INVITATIONS]: 'listInvitations',
  [pb.Act.REVOKE_INVITATION]: 'revokeInvitation',
  [pb.Act.LOOK_RECORD]: 'lookRecord',
  [pb.Act.MAKE_ACCOUNT]: 'makeAccount',
  [pb.Act.LET_IN]: 'letIn',
}

const states: Partial<Record<pb.AppealState, AppealState>> = {
  [pb.AppealState.OPEN]: 'open',
  [pb.AppealState.REFUSED]: 'refused',
  [pb.AppealState.GRANTED]: 'granted',
}

const actOf = (act: pb.Act): Act => acts[act] ?? 'unknown'
const appealOf = (state: pb.AppealState): AppealState => states[state] ?? 'none'

export const toDesk = (desk: Desk): pb.Desk => (desk === 'admins' ? pb.Desk.ADMINS : pb.Desk.OPERATOR)

export function toAct(act: Act): pb.Act {
  const found = Object.entries(acts).find(([, name]) => name === act)
  return found ? (Number(found[0]) as pb.Act) : pb.Act.UNSPECIFIED
}

export function reportOf(r: pb.ReportRow): ReportView {
  return {
    number: r.report,
    at: Number(r.atMs),
    desk: r.desk === pb.Desk.ADMINS ? 'admins' : 'operator',
    account: r.account || null,
    chat: r.chat || null,
    messages: [...r.seqs],
    name: r.person?.name ?? '',
    username: r.person?.username ?? '',
    chatTitle: r.chatTitle,
    reason: r.reason,
    comment: r.comment,
    closed: Number(r.closedMs) || null,
    acted: r.acted,
    reporter: r.reporter || null,
  }
}

export function actViewOf(row: pb.ActRow): ActView {
  const { act } = row
  return {
    seq: row.seq,
    at: Number(row.atMs),
    act: actOf(act?.act ?? pb.Act.UNSPECIFIED),
    reason: act?.reason ?? '',
    until: Number(act?.untilMs ?? 0) || null,
    decision: act?.decision || null,
    chat: act?.chat || null,
    messages: act?.messages ?? 0,
    name: row.name,
    photos: row.photos,
    console: act?.console ?? false,
    reversed: row.reversed,
    appeal: appealOf(row.appeal),
    appealable: row.appealable,
  }
}

export function suspensionOf(s: pb.AppealSuspendedResponse): SuspensionView {
  return {
    reason: s.reason,
    at: Number(s.atMs) || null,
    appeal: appealOf(s.appeal),
    appealable: s.appealable,
  }
}

function decisionOf(d: pb.DecisionRow): DecisionView {
  return {
    number: d.decision,
    at: Number(d.atMs),
    account: d.account,
    name: d.person?.name ?? '',
    act: actOf(d.act),
    reason: d.reason,
    until: Number(d.untilMs) || null,
    reversed: d.reversed !== 0,
    appeal: appealOf(d.appeal),
    appealText: d.appealText,
  }
}

export function casesOf(r: pb.CasesResponse): CaseList {
  return { reports: r.reports.map(reportOf), more: r.more, appeals: r.appeals.map(decisionOf) }
}

function revealedOf(m: pb.Revealed, people: readonly Person[]): RevealedView {
  const body = readMessage(m.body)
  return {
    seq: m.seq,
    at: Number(m.atMs),
    author: m.author || null,
    name: people.find((p) => p.id === m.author)?.name ?? '',
    body: { text: body?.text ?? '', entities: body?.entities ?? [] },
  }
}

export function caseOf(c: pb.ReportCase): CaseView | null {
  if (!c.row) return null
  const { row, report, people } = c
  return {
    report: { ...reportOf(row), comment: report?.comment ?? '' },
    reporter: people.find((p) => p.id === row.reporter)?.name ?? '',
    reports: c.reporterTotal,
    dismissed: c.reporterDismissed,
    messages: (report?.revealed ?? []).map((m) => revealedOf(m, people)),
    others: c.others.map((o) => o.report),
    decisions: c.decisions.map(decisionOf),
    owner: c.owner || null,
    isPublic: c.public,
    photos: c.photos.map((p) => {
      const of = row.account ? ('account' as const) : ('chat' as const)
      return { ...photoOf(p), open: p.public, of, id: row.account || row.chat }
    }),
  }
}
