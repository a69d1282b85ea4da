// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// day is how long reports count against their limit.
const day chat.Millis = 24 * 3600 * 1000

// maxCases is how many rows of reports or decisions are read at once.
const maxCases = 200

// Report reports an account, a chat, or messages of a chat, which it reveals as the actor may see them. It
// answers with the number of the report at its desk; what waits there already is not reported twice.
func (e *Engine) Report(ctx context.Context, actor chat.Actor, report chat.Report, key chat.Key) (
	number chat.Seq, repeated bool, err error) {
	r := request{actor: actor, room: report.Chat, key: key}
	report, err = e.reveal(ctx, actor, report)
	if err == nil {
		err = e.reportable(ctx, actor, report)
	}
	var receipt Receipt
	if err != nil {
		receipt, err = e.onlyRepeated(ctx, r, err) // who reported before is told so, whatever has happened since
	} else {
		r.cmd = chat.File{Report: report}
		receipt, err = e.write(ctx, r)
	}
	if err != nil {
		return 0, false, fmt.Errorf("report: %w", err)
	}
	if receipt.Seq != 0 {
		return receipt.Seq, receipt.Repeated, nil
	}
	filed, err := e.filed(ctx, actor.Account, report)
	return filed.Same, true, err
}

// reveal copies the messages that a report is about, as the reporter may see them.
func (e *Engine) reveal(ctx context.Context, actor chat.Actor, r chat.Report) (chat.Report, error) {
	if err := actor.May(chat.ScopeSend); err != nil {
		return r, err
	}
	if r.Chat == 0 || len(r.Seqs) > chat.MaxReported {
		return r, nil // refused for what is wrong with it
	}
	h, err := e.Open(ctx, actor, r.Chat.Log(), chat.RightRead)
	switch chat.CodeOf(err) {
	case 0:
	case chat.CodeNotFound, chat.CodeNotMember, chat.CodeChatDeleted:
		// One answer for all: numbers are given one after the other, and nobody is to try which are in use.
		return r, &chat.Error{Code: chat.CodeNotFound, Field: "chat", Text: "no chat that you may read"}
	default:
		return r, err
	}
	if r.Account == 0 && h.facts.Chat.Type == chat.Direct {
		r.Account = h.facts.Chat.Peer(actor.Account)
	}
	if len(r.Seqs) == 0 {
		return r, nil
	}
	slices.Sort(r.Seqs)
	r.Seqs = slices.Compact(r.Seqs)
	var items []chat.Item
	err = h.guarded(ctx, chat.RightRead, func() (err error) {
		items, err = e.store.Get(ctx, h.log, h.above(r.Seqs))
		return err
	})
	if err != nil {
		return r, fmt.Errorf("get of %s: %w", h.log, err)
	}
	return revealed(r, h.visible(items), actor.Account)
}

// revealed puts messages into a report. It is about who wrote them, if that was one.
func revealed(r chat.Report, items []chat.Item, reporter chat.AccountID) (chat.Report, error) {
	size := 0
	var authors []chat.AccountID
	for _, it := range items {
		body := it.Current()
		if it.Env.Kind != chat.KindMessage || len(body) == 0 {
			continue
		}
		size += len(body)
		r.Revealed = append(r.Revealed, chat.Revealed{Seq: it.Seq, Author: it.Author, At: it.At, Body: body})
		if it.Author != reporter && it.Author != 0 && !slices.Contains(authors, it.Author) {
			authors = append(authors, it.Author)
		}
	}
	switch {
	case len(r.Revealed) < len(r.Seqs):
		return r, &chat.Error{Code: chat.CodeTargetGone, Field: "seqs", Text: "a message is gone"}
	case size > chat.MaxRevealed:
		return r, &chat.Error{Code: chat.CodeTooLarge, Field: "seqs", Text: "too much text: choose fewer"}
	}
	if r.Account == 0 && len(authors) == 1 {
		r.Account = authors[0]
	}
	return r, nil
}

// reportable lets people be reported whom the reporter has met, or who show themselves by a username: numbers
// are given one after the other, and whoever could report each would know who is there.
func (e *Engine) reportable(ctx context.Context, actor chat.Actor, r chat.Report) error {
	if r.Account == 0 || r.Account == actor.Account ||
		slices.ContainsFunc(r.Revealed, func(m chat.Revealed) bool { return m.Author == r.Account }) {
		return nil
	}
	met, err := e.met(ctx, actor.Account, r.Account)
	if err != nil || met {
		return err
	}
	// Paid for before anything is found or not: what is refused for want of look-ups tells nothing either.
	if err := e.lookups.take(actor, byNumber(r.Account)); err != nil {
		return err
	}
	people, err := e.store.People(ctx, []chat.AccountID{r.Account})
	if err != nil {
		return fmt.Errorf("people: %w", err)
	}
	if len(people) == 0 || people[0].Profile.Username == "" || people[0].Privacy.Unfindable {
		return &chat.Error{Code: chat.CodeNotFound, Field: "account", Text: "nobody you have met"}
	}
	return nil
}

func (e *Engine) fillFiled(ctx context.Context, r request, _ chat.Needs, f *chat.Facts) (err error) {
	if c, ok := r.cmd.(chat.File); ok {
		if f.Filed, err = e.filed(ctx, r.actor.Account, c.Report); err == nil {
			err = e.fillStaff(ctx, c.Report, &f.Filed)
		}
	}
	return err
}

// filed looks at what somebody has reported so far, beside a new report.
func (e *Engine) filed(ctx context.Context, reporter chat.AccountID, r chat.Report) (chat.Filed, error) {
	list, err := e.store.ReportsBy(ctx, reporter, maxCases)
	if err != nil {
		return chat.Filed{}, fmt.Errorf("reports: %w", err)
	}
	var f chat.Filed
	for _, s := range list {
		if s.At > e.now()-day {
			f.Day++
			f.Free = s.At + day
		}
		if f.Same != 0 || s.Closed != 0 || s.Account != r.Account || s.Chat != r.Chat {
			continue
		}
		if (s.Log == chat.ServerLog.ID(0)) != (r.Desk == chat.DeskOperator) {
			continue
		}
		body, err := e.reportAt(ctx, s.Log, s.Report)
		if err != nil {
			return f, err
		}
		if body != nil && covers(body.Seqs, r.Seqs) {
			f.Same = s.Report
		}
	}
	return f, nil
}

// covers reports whether all of some numbers are among others.
func covers(all, some []chat.Seq) bool {
	return !slices.ContainsFunc(some, func(s chat.Seq) bool { return !slices.Contains(all, s) })
}

// reportAt reads a report as it stands; nil if it is not there.
func (e *Engine) reportAt(ctx context.Context, log chat.LogID, number chat.Seq) (*chat.Report, error) {
	items, err := e.store.Get(ctx, log, []chat.Seq{number})
	if err != nil {
		return nil, fmt.Errorf("get of %s: %w", log, err)
	}
	if len(items) == 0 {
		return nil, nil
	}
	body, err := e.bodyOf(items[0])
	if err != nil {
		return nil, err
	}
	r, _ := body.(*chat.Report)
	return r, nil
}

// OwnReport is a report as its author sees it.
type OwnReport struct {
	chat.ReportState
	Acted bool // it led to something
}

// OwnReports lists the actor's reports, the newest first.
func (e *Engine) OwnReports(ctx context.Context, actor chat.Actor) ([]OwnReport, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return nil, err
	}
	list, err := e.store.ReportsBy(ctx, actor.Account, maxCases)
	if err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	dismissed, err := e.dismissals(ctx, list)
	out := make([]OwnReport, len(list))
	for i, s := range list {
		out[i] = OwnReport{s, s.Closed != 0 && s.Log == chat.ServerLog.ID(0) && !dismissed[s.Decision]}
	}
	return out, err
}

// dismissals finds the decisions on reports to the operator that led to nothing.
func (e *Engine) dismissals(ctx context.Context, list []chat.ReportState) (map[chat.Seq]bool, error) {
	var seqs []chat.Seq
	for _, s := range list {
		if s.Decision != 0 && s.Log == chat.ServerLog.ID(0) {
			seqs = append(seqs, s.Decision)
		}
	}
	dismissed := map[chat.Seq]bool{}
	if len(seqs) == 0 {
		return dismissed, nil
	}
	made, err := e.store.Decisions(ctx, DecisionQuery{Seqs: seqs})
	if err != nil {
		return nil, fmt.Errorf("decisions: %w", err)
	}
	for _, d := range made {
		dismissed[d.Decision] = d.Act == chat.ActDismiss
	}
	return dismissed, nil
}

// ReportView is a report with what it says.
type ReportView struct {
	chat.ReportState
	Body chat.Report
}

// Reports lists reports to the admins of the chat, the newest first, at most limit (1–200), without who
// reported.
func (h *Handle) Reports(ctx context.Context, closed bool, before chat.Seq, limit int) ([]ReportView, error) {
	if limit < 1 || limit > maxCases {
		return nil, badLimit("limit")
	}
	q := ReportQuery{Log: h.room.Staff(), Closed: closed, Before: before, Limit: limit}
	var views []ReportView
	err := h.guarded(ctx, chat.RightStaff, func() (err error) {
		views, err = h.engine.views(ctx, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reports of %s: %w", h.log, err)
	}
	for i := range views {
		views[i].Reporter, views[i].Body.Reporter = 0, 0
	}
	return views, nil
}

// views reads reports with what they say.
func (e *Engine) views(ctx context.Context, q ReportQuery) ([]ReportView, error) {
	list, err := e.store.Reports(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	views := make([]ReportView, len(list))
	for i, s := range list {
		views[i].ReportState = s
		body, err := e.reportAt(ctx, s.Log, s.Report)
		if err != nil {
			return nil, err
		}
		if body != nil {
			views[i].Body = *body
		}
	}
	return views, nil
}

// CloseReport closes a report to the admins of the chat.
func (h *Handle) CloseReport(ctx context.Context, number chat.Seq, key chat.Key) (Receipt, error) {
	list, err := h.engine.store.Reports(ctx, ReportQuery{Log: h.room.Staff(), Seqs: []chat.Seq{number}})
	if err != nil {
		return Receipt{}, fmt.Errorf("reports of %s: %w", h.log, err)
	}
	var cmd chat.CloseReport
	if len(list) == 1 {
		cmd.Report = list[0]
	}
	return h.Do(ctx, cmd, key)
}
