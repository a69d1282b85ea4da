// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"cmp"
	"context"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

const (
	reportColumns = "r.log, r.report, r.at, r.reporter, r.account, r.chat, r.reason, r.decision, r.closed, " +
		"r.kept"
	decisionColumns = "d.decision, d.at, d.account, d.chat, d.act, d.reason, d.until, d.name, d.reversed, " +
		"d.appeal, d.appeals, d.answered"
	actColumns = "a.seq, a.at, a.act, a.reason, a.until, a.decision, a.chat, a.messages, a.console"
)

func readReport(r *row) chat.ReportState {
	return chat.ReportState{
		Log: num[chat.LogID](r), Report: num[chat.Seq](r), At: num[chat.Millis](r),
		Reporter: num[chat.AccountID](r), Account: num[chat.AccountID](r), Chat: num[chat.ChatID](r),
		Reason: r.text(), Decision: num[chat.Seq](r), Closed: num[chat.Millis](r), Kept: r.bool(),
	}
}

func readDecision(r *row) chat.DecisionState {
	return chat.DecisionState{
		Decision: num[chat.Seq](r), At: num[chat.Millis](r), Account: num[chat.AccountID](r),
		Chat: num[chat.ChatID](r), Act: num[chat.Act](r), Reason: r.text(), Until: num[chat.Millis](r),
		Name: r.text(), Reversed: num[chat.Seq](r), Appeal: num[chat.Appealed](r), Appeals: num[chat.Seq](r),
		Answered: num[chat.Millis](r),
	}
}

// some collects the rows of a query.
func some[T any](ctx context.Context, s *Store, read func(*row) T, text string, args ...any) (
	list []T, err error) {
	err = s.read(ctx, firstWords(text), func(c *conn) error {
		return c.query(text, func(r *row) error {
			list = append(list, read(r))
			return nil
		}, args...)
	})
	return list, err
}

// Reports implements engine.Cases.
func (s *Store) Reports(ctx context.Context, q engine.ReportQuery) ([]chat.ReportState, error) {
	text := "SELECT " + reportColumns + " FROM reports AS r WHERE r.log = ?1 "
	args := []any{q.Log, max(q.Limit, 0)}
	switch {
	case len(q.Seqs) > 0:
		text = "SELECT " + reportColumns + " FROM json_each(?2) AS j CROSS JOIN reports AS r " +
			"ON r.log = ?1 AND r.report = j.value"
		return some(ctx, s, readReport, text, q.Log, list(ascending(q.Seqs)))
	case q.Due != 0:
		text += "AND r.closed > 0 AND r.kept = 0 AND r.closed <= ?3 "
		args = append(args, q.Due)
	case q.Closed:
		text += "AND r.closed > 0 AND (?3 = 0 OR r.report < ?3) "
		args = append(args, q.Before)
	default:
		text += "AND r.closed = 0 AND (?3 = 0 OR r.report < ?3) "
		args = append(args, q.Before)
	}
	switch {
	case q.About:
		text += "AND r.account = ?4 AND r.chat = ?5 "
		args = append(args, q.Account, q.Chat)
	case q.In != 0:
		text += "AND r.chat = ?4 "
		args = append(args, q.In)
	}
	return some(ctx, s, readReport, text+"ORDER BY r.report DESC LIMIT ?2", args...)
}

// ReportsBy implements engine.Cases.
func (s *Store) ReportsBy(ctx context.Context, reporter chat.AccountID, limit int,
) ([]chat.ReportState, error) {
	return some(ctx, s, readReport, "SELECT "+reportColumns+" FROM reports AS r WHERE r.reporter = ?1 "+
		"ORDER BY r.at DESC, r.log, r.report DESC LIMIT ?2", reporter, max(limit, 0))
}

// Decisions implements engine.Cases.
func (s *Store) Decisions(ctx context.Context, q engine.DecisionQuery) ([]chat.DecisionState, error) {
	text := "SELECT " + decisionColumns + " FROM decisions AS d WHERE "
	switch {
	case len(q.Seqs) > 0:
		text = "SELECT " + decisionColumns + " FROM json_each(?1) AS j CROSS JOIN decisions AS d " +
			"ON d.decision = j.value"
		return some(ctx, s, readDecision, text, list(ascending(q.Seqs)))
	case q.Appealed:
		text += "d.appeal = 1 AND d.appeals > 0 ORDER BY d.decision LIMIT ?1"
		return some(ctx, s, readDecision, text, max(q.Limit, 0))
	case q.Due != 0:
		text += "d.appeal > 1 AND d.appeals > 0 AND d.answered <= ?2 ORDER BY d.decision DESC LIMIT ?1"
		return some(ctx, s, readDecision, text, max(q.Limit, 0), q.Due)
	}
	text += "d.account = ?2 AND (?3 = 0 OR d.act = ?3 AND d.reversed = 0) ORDER BY d.decision DESC LIMIT ?1"
	return some(ctx, s, readDecision, text, max(q.Limit, 0), q.Account, q.Standing)
}

// Limitation implements engine.Cases.
func (s *Store) Limitation(ctx context.Context, account chat.AccountID) (l chat.Limitation, err error) {
	err = s.read(ctx, "limitation", func(c *conn) error {
		_, err := c.one(`SELECT until, reason FROM decisions WHERE account = ? AND act = ? AND reversed = 0
			ORDER BY until DESC, decision DESC LIMIT 1`,
			func(r *row) { l = chat.Limitation{Until: num[chat.Millis](r), Reason: r.text()} },
			account, chat.ActLimit)
		return err
	})
	return l, err
}

// Acts implements engine.Cases.
func (s *Store) Acts(ctx context.Context, account chat.AccountID, before chat.Seq, limit int,
) ([]chat.NotedAct, error) {
	return some(ctx, s, func(r *row) chat.NotedAct {
		return chat.NotedAct{Seq: num[chat.Seq](r), At: num[chat.Millis](r), Act: chat.OperatorAct{
			Act: num[chat.Act](r), Reason: r.text(), Until: num[chat.Millis](r), Decision: num[chat.Seq](r),
			Chat: num[chat.ChatID](r), Messages: num[uint32](r), Console: r.bool(),
		}}
	}, "SELECT "+actColumns+" FROM acts AS a WHERE a.account = ?1 AND (?2 = 0 OR a.seq < ?2) "+
		"ORDER BY a.seq DESC LIMIT ?3", account, before, max(limit, 0))
}

// applyCase applies the changes of reports, decisions and acts; false: the change is another.
func (w *writer) applyCase(e *chat.Entry, change chat.Change) (bool, error) {
	switch c := change.(type) {
	case chat.ReportSet:
		return true, w.setReport(e, c.Report)
	case chat.ReportDone:
		return true, w.conn.exec(`UPDATE reports SET closed = ?, decision = ?
			WHERE log = ? AND report = ? AND closed = 0`, max(c.At, 1), e.Seq, c.Log, c.Report)
	case chat.DecisionMade:
		return true, w.setDecision(e, c.Decision)
	case chat.DecisionReversed:
		return true, w.conn.exec("UPDATE decisions SET reversed = ? WHERE decision = ? AND reversed = 0",
			e.Seq, c.Decision)
	case chat.AppealMade:
		return true, w.conn.exec("UPDATE decisions SET appeal = ?, appeals = ? WHERE decision = ? AND appeal = 0",
			chat.AppealOpen, e.Seq, c.Decision)
	case chat.AppealAnswered:
		state := chat.AppealRefused
		if c.Granted {
			state = chat.AppealGranted
		}
		return true, w.conn.exec("UPDATE decisions SET appeal = ?, answered = ? WHERE decision = ?",
			state, c.At, c.Decision)
	case chat.AppealErased:
		return true, w.conn.exec("UPDATE decisions SET appeals = 0 WHERE decision = ?", c.Decision)
	case chat.ActNoted:
		return true, w.noteAct(e, c)
	}
	return false, nil
}

func (w *writer) setReport(e *chat.Entry, r chat.ReportState) error {
	return w.conn.exec("INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r.Log, cmp.Or(r.Report, e.Seq), r.At, r.Reporter, r.Account, r.Chat, r.Reason, r.Decision, r.Closed, r.Kept)
}

func (w *writer) setDecision(e *chat.Entry, d chat.DecisionState) error {
	return w.conn.exec("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0)",
		e.Seq, d.At, d.Account, d.Chat, d.Act, d.Reason, d.Until, d.Name)
}

func (w *writer) noteAct(e *chat.Entry, c chat.ActNoted) error {
	a := c.Act
	return w.conn.exec("INSERT OR REPLACE INTO acts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		c.Account, e.Seq, c.At, a.Act, a.Reason, a.Until, a.Decision, a.Chat, a.Messages, a.Console)
}
