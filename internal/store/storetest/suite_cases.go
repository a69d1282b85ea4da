// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"pgregory.net/rapid"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// filed is a report to the operator, or with a room to its admins.
func filed(room chat.ChatID, by, about chat.AccountID) chat.Draft {
	log := chat.ServerLog.ID(0)
	if room != 0 {
		log = room.Staff()
	}
	return did(log, chat.KindReport, chat.ReportSet{Report: chat.ReportState{
		Log: log, At: 2_000, Reporter: by, Account: about, Chat: room, Reason: "spam",
	}})
}

// decided is a decision, with what else it changes.
func decided(act chat.Act, about chat.AccountID, until chat.Millis, more ...chat.Change) chat.Draft {
	made := chat.DecisionMade{}
	made.Decision = chat.DecisionState{Account: about, Act: act, Reason: "spam", Until: until}
	return did(chat.ServerLog.ID(0), chat.KindDecision, append([]chat.Change{made}, more...)...)
}

func testReports(b *bench) {
	log := chat.ServerLog.ID(0)
	numbers := func(q engine.ReportQuery) (seqs []chat.Seq) {
		b.Helper()
		for _, r := range must(b.Reports(b.Context(), q))(b) {
			seqs = append(seqs, r.Report)
		}
		return seqs
	}
	b.add(filed(0, 1, 9), filed(0, 2, 9), filed(0, 1, 8)) // 1 to 3
	b.add(filed(5, 1, 9))
	same(b, "open", numbers(engine.ReportQuery{Log: log, Limit: 9}), []chat.Seq{3, 2, 1})
	same(b, "before", numbers(engine.ReportQuery{Log: log, Before: 3, Limit: 1}), []chat.Seq{2})
	about := engine.ReportQuery{Log: log, About: true, Account: 9, Limit: 9}
	same(b, "about one", numbers(about), []chat.Seq{2, 1})
	same(b, "of a chat", numbers(engine.ReportQuery{Log: chat.ChatID(5).Staff(), Limit: 9}), []chat.Seq{1})
	staff := engine.ReportQuery{Log: chat.ChatID(5).Staff(), In: 5, Limit: 9}
	same(b, "in a chat", numbers(staff), []chat.Seq{1})
	staff.In = 6
	same(b, "in another", numbers(staff), nil)
	done := func(r chat.Seq) chat.Change { return chat.ReportDone{Log: log, Report: r, At: 4_000} }
	b.add(decided(chat.ActWarn, 9, 0, done(1), done(2), done(77)))
	b.add(decided(chat.ActWarn, 9, 0, done(1))) // stays as it was closed
	same(b, "still open", numbers(engine.ReportQuery{Log: log, Limit: 9}), []chat.Seq{3})
	same(b, "closed", numbers(engine.ReportQuery{Log: log, Closed: true, Limit: 9}), []chat.Seq{2, 1})
	same(b, "due", numbers(engine.ReportQuery{Log: log, Due: 4_000, Limit: 9}), []chat.Seq{2, 1})
	same(b, "not due", numbers(engine.ReportQuery{Log: log, Due: 3_999, Limit: 9}), nil)
	got := must(b.Reports(b.Context(), engine.ReportQuery{Log: log, Seqs: []chat.Seq{3, 1, 50}}))(b)
	want := []chat.ReportState{
		{Log: log, Report: 1, At: 2_000, Reporter: 1, Account: 9, Reason: "spam", Decision: 4, Closed: 4_000},
		{Log: log, Report: 3, At: 2_000, Reporter: 1, Account: 8, Reason: "spam"},
	}
	same(b, "by number", got, want)
	kept := want[0]
	kept.Kept = true
	erase := did(log, chat.KindReportKept, chat.Superseded{Target: 1}, chat.ReportSet{Report: kept})
	erase.Env.Target = 1
	b.add(erase)
	same(b, "due after erasing", numbers(engine.ReportQuery{Log: log, Due: 9_000, Limit: 9}), []chat.Seq{2})
	mine := must(b.ReportsBy(b.Context(), 1, 9))(b)
	if len(mine) != 3 || mine[0].Log != chat.ChatID(5).Staff() || mine[1].Report != 3 || !mine[2].Kept {
		b.Errorf("one's own reports are %+v", mine)
	}
}

func testDecisions(b *bench) {
	get := func(seq chat.Seq) chat.DecisionState {
		b.Helper()
		return must(b.Decisions(b.Context(), engine.DecisionQuery{Seqs: []chat.Seq{seq, 99}}))(b)[0]
	}
	limit := func(want chat.Millis) {
		b.Helper()
		same(b, "the limit ends", must(b.Limitation(b.Context(), 7))(b).Until, want)
	}
	limit(0)
	b.add(decided(chat.ActLimit, 7, 5_000), decided(chat.ActLimit, 7, 9_000), decided(chat.ActWarn, 7, 99_000))
	limit(9_000)
	b.add(did(chat.ServerLog.ID(0), chat.KindAppeal, chat.AppealMade{Decision: 2}))
	b.add(did(chat.ServerLog.ID(0), chat.KindAppeal, chat.AppealMade{Decision: 2})) // the first counts
	same(b, "an open appeal", get(2).Appeals, 4)
	open := must(b.Decisions(b.Context(), engine.DecisionQuery{Appealed: true, Limit: 9}))(b)
	if len(open) != 1 || open[0].Decision != 2 || open[0].Appeal != chat.AppealOpen {
		b.Errorf("open appeals: %+v", open)
	}
	b.add(decided(chat.ActReverse, 7, 0, chat.DecisionReversed{Decision: 2},
		chat.AppealAnswered{Decision: 2, Granted: true, At: 3_000}))
	limit(5_000)
	same(b, "taken back", []any{get(2).Reversed, get(2).Appeal, get(2).Answered},
		[]any{chat.Seq(6), chat.AppealGranted, chat.Millis(3_000)})
	due := func() int {
		return len(must(b.Decisions(b.Context(), engine.DecisionQuery{Due: 3_000, Limit: 9}))(b))
	}
	same(b, "due appeals", due(), 1)
	b.add(did(chat.ServerLog.ID(0), chat.KindAppealKept, chat.AppealErased{Decision: 2}))
	same(b, "due appeals after erasing", due(), 0)
	all := must(b.Decisions(b.Context(), engine.DecisionQuery{Account: 7, Limit: 2}))(b)
	if len(all) != 2 || all[0].Decision != 6 || all[1].Decision != 3 {
		b.Errorf("about one: %+v", all)
	}
	standing := must(b.Decisions(b.Context(),
		engine.DecisionQuery{Account: 7, Standing: chat.ActLimit, Limit: 9}))(b)
	if len(standing) != 1 || standing[0].Decision != 1 {
		b.Errorf("limits that stand: %+v", standing)
	}
}

func testActs(b *bench) {
	note := func(a chat.OperatorAct) chat.Draft {
		log := chat.AccountID(7).Log()
		return did(log, chat.KindOperatorAct, chat.ActNoted{Account: 7, At: 2_000, Act: a})
	}
	look := chat.OperatorAct{Act: chat.ActLook, Reason: "spam", Chat: 3, Messages: 5, Console: true}
	limit := chat.OperatorAct{Act: chat.ActLimit, Reason: "abuse", Until: 9_000, Decision: 4}
	b.add(note(look), note(limit))
	want := []chat.NotedAct{{Seq: 2, At: 2_000, Act: limit}, {Seq: 1, At: 2_000, Act: look}}
	same(b, "acts", must(b.Acts(b.Context(), 7, 0, 9))(b), want)
	same(b, "older ones", must(b.Acts(b.Context(), 7, 2, 9))(b), want[1:])
	same(b, "acts of another", must(b.Acts(b.Context(), 8, 0, 9))(b), nil)
}

func caseChanges() []func(*rapid.T) chat.Change {
	seq := func(t *rapid.T) chat.Seq { return chat.Seq(rapid.IntRange(0, 6).Draw(t, "case")) }
	at := func(t *rapid.T) chat.Millis { return chat.Millis(rapid.IntRange(0, 3).Draw(t, "when")) }
	log := func(t *rapid.T) chat.LogID {
		return rapid.SampledFrom([]chat.LogID{chat.ServerLog.ID(0), chat.ChatID(1).Staff()}).Draw(t, "desk")
	}
	return []func(*rapid.T) chat.Change{
		func(t *rapid.T) chat.Change {
			return chat.ReportSet{Report: chat.ReportState{
				Log: log(t), Report: seq(t), At: at(t), Reporter: anyAccount(t), Account: anyAccount(t),
				Chat: anyRoom(t), Reason: randomText(t), Decision: seq(t), Closed: at(t),
				Kept: rapid.Bool().Draw(t, "kept"),
			}}
		},
		func(t *rapid.T) chat.Change { return chat.ReportDone{Log: log(t), Report: seq(t), At: at(t)} },
		func(t *rapid.T) chat.Change {
			return chat.DecisionMade{Decision: chat.DecisionState{
				At: at(t), Account: anyAccount(t), Chat: anyRoom(t), Reason: randomText(t), Until: at(t),
				Act: rapid.SampledFrom([]chat.Act{chat.ActLimit, chat.ActWarn}).Draw(t, "act"), Name: randomText(t),
			}}
		},
		func(t *rapid.T) chat.Change { return chat.DecisionReversed{Decision: seq(t)} },
		func(t *rapid.T) chat.Change { return chat.AppealMade{Decision: seq(t)} },
		func(t *rapid.T) chat.Change {
			return chat.AppealAnswered{Decision: seq(t), Granted: rapid.Bool().Draw(t, "granted"), At: at(t)}
		},
		func(t *rapid.T) chat.Change { return chat.AppealErased{Decision: seq(t)} },
		func(t *rapid.T) chat.Change {
			return chat.ActNoted{Account: anyAccount(t), At: at(t), Act: anything[chat.OperatorAct](t)}
		},
	}
}

// cases reads reports, decisions and acts of both.
func (p *twins) cases(rt *rapid.T) {
	who := rapid.SampledFrom(randomAccounts()).Draw(rt, "who")
	limit := rapid.IntRange(0, 4).Draw(rt, "limit")
	some := []chat.Seq{5, 1, 3, 1}
	at := chat.Millis(rapid.IntRange(0, 3).Draw(rt, "at"))
	m, o := p.memory, p.other
	for _, log := range []chat.LogID{chat.ServerLog.ID(0), chat.ChatID(1).Staff()} {
		for _, q := range []engine.ReportQuery{
			{Log: log, Limit: limit}, {Log: log, Limit: limit, Closed: true, Before: 4}, {Log: log, Seqs: some},
			{Log: log, Limit: limit, Due: at}, {Log: log, Limit: limit, About: true, Account: who, Chat: 1},
			{Log: log, Limit: limit, In: 1},
		} {
			agree(rt, "reports", gave(m.Reports(ctxb(), q)), gave(o.Reports(ctxb(), q)))
		}
	}
	for _, q := range []engine.DecisionQuery{
		{Account: who, Limit: limit}, {Account: who, Standing: chat.ActLimit, Limit: limit},
		{Appealed: true, Limit: limit}, {Due: at, Limit: limit}, {Seqs: some},
	} {
		agree(rt, "decisions", gave(m.Decisions(ctxb(), q)), gave(o.Decisions(ctxb(), q)))
	}
	agree(rt, "reports by", gave(m.ReportsBy(ctxb(), who, limit)), gave(o.ReportsBy(ctxb(), who, limit)))
	agree(rt, "limitation", gave(m.Limitation(ctxb(), who)), gave(o.Limitation(ctxb(), who)))
	agree(rt, "acts", gave(m.Acts(ctxb(), who, 5, limit)), gave(o.Acts(ctxb(), who, 5, limit)))
}
