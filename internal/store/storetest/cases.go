// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// atMost returns the first of a list.
func atMost[T any](list []T, limit int) []T { return list[:min(len(list), max(limit, 0))] }

// Reports implements engine.Cases.
func (m *Memory) Reports(ctx context.Context, q engine.ReportQuery) ([]chat.ReportState, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "reports"); err != nil {
		return nil, err
	}
	var found []chat.ReportState
	if len(q.Seqs) > 0 {
		for _, seq := range ascending(q.Seqs) {
			if r, ok := m.proj.reports[place{q.Log, seq}]; ok {
				found = append(found, r)
			}
		}
		return found, nil
	}
	for _, r := range m.proj.reports {
		if r.Log == q.Log && wantedReport(q, r) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b chat.ReportState) int { return cmp.Compare(b.Report, a.Report) })
	return atMost(found, q.Limit), nil
}

func wantedReport(q engine.ReportQuery, r chat.ReportState) bool {
	if q.About && (r.Account != q.Account || r.Chat != q.Chat) {
		return false
	}
	if !q.About && q.In != 0 && r.Chat != q.In {
		return false
	}
	if q.Due != 0 {
		return r.Closed > 0 && r.Closed <= q.Due && !r.Kept
	}
	return (r.Closed > 0) == q.Closed && (q.Before == 0 || r.Report < q.Before)
}

// ReportsBy implements engine.Cases.
func (m *Memory) ReportsBy(ctx context.Context, reporter chat.AccountID, limit int) (
	[]chat.ReportState, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "reports by"); err != nil {
		return nil, err
	}
	var found []chat.ReportState
	for _, r := range m.proj.reports {
		if r.Reporter == reporter {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b chat.ReportState) int {
		return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(a.Log, b.Log), cmp.Compare(b.Report, a.Report))
	})
	return atMost(found, limit), nil
}

// Decisions implements engine.Cases.
func (m *Memory) Decisions(ctx context.Context, q engine.DecisionQuery) ([]chat.DecisionState, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "decisions"); err != nil {
		return nil, err
	}
	var found []chat.DecisionState
	for _, seq := range slices.Sorted(maps.Keys(m.proj.decisions)) {
		d := m.proj.decisions[seq]
		wanted := d.Account == q.Account && (q.Standing == 0 || d.Act == q.Standing && d.Reversed == 0)
		switch {
		case len(q.Seqs) > 0:
			wanted = slices.Contains(q.Seqs, seq)
		case q.Appealed:
			wanted = d.Appeal == chat.AppealOpen && d.Appeals > 0
		case q.Due != 0:
			wanted = d.Appeal > chat.AppealOpen && d.Appeals > 0 && d.Answered <= q.Due
		}
		if wanted {
			found = append(found, d)
		}
	}
	if len(q.Seqs) > 0 {
		return found, nil
	}
	if !q.Appealed {
		slices.Reverse(found)
	}
	return atMost(found, q.Limit), nil
}

// Limitation implements engine.Cases.
func (m *Memory) Limitation(ctx context.Context, account chat.AccountID) (l chat.Limitation, err error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "limitation"); err != nil {
		return l, err
	}
	found := false
	for _, seq := range slices.Sorted(maps.Keys(m.proj.decisions)) {
		d := m.proj.decisions[seq]
		if d.Account == account && d.Act == chat.ActLimit && d.Reversed == 0 && (!found || d.Until >= l.Until) {
			l, found = chat.Limitation{Until: d.Until, Reason: d.Reason}, true
		}
	}
	return l, nil
}

// Acts implements engine.Cases.
func (m *Memory) Acts(ctx context.Context, account chat.AccountID, before chat.Seq, limit int,
) ([]chat.NotedAct, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "acts"); err != nil {
		return nil, err
	}
	var found []chat.NotedAct
	for k, a := range m.proj.acts {
		if k.account == account && (before == 0 || a.Seq < before) {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, func(a, b chat.NotedAct) int { return cmp.Compare(b.Seq, a.Seq) })
	return atMost(found, limit), nil
}

// applyCase applies the changes of reports, decisions and acts; false: the change is another.
func (t *txn) applyCase(e *chat.Entry, change chat.Change) bool {
	switch c := change.(type) {
	case chat.ReportSet:
		r := c.Report
		r.Report = cmp.Or(r.Report, e.Seq)
		put(t.undo, t.proj.reports, place{r.Log, r.Report}, r)
	case chat.ReportDone:
		at := place{c.Log, c.Report}
		if r, ok := t.proj.reports[at]; ok && r.Closed == 0 {
			r.Closed, r.Decision = max(c.At, 1), e.Seq
			put(t.undo, t.proj.reports, at, r)
		}
	case chat.DecisionMade:
		d := c.Decision
		put(t.undo, t.proj.decisions, e.Seq, chat.DecisionState{
			Decision: e.Seq, At: d.At, Account: d.Account, Chat: d.Chat, Act: d.Act, Reason: d.Reason,
			Until: d.Until, Name: d.Name,
		})
	case chat.DecisionReversed:
		t.editDecision(c.Decision, func(d *chat.DecisionState) { d.Reversed = cmp.Or(d.Reversed, e.Seq) })
	case chat.AppealMade:
		t.editDecision(c.Decision, func(d *chat.DecisionState) {
			if d.Appeal == chat.AppealNone {
				d.Appeal, d.Appeals = chat.AppealOpen, e.Seq
			}
		})
	case chat.AppealAnswered:
		t.editDecision(c.Decision, func(d *chat.DecisionState) {
			if d.Appeal, d.Answered = chat.AppealRefused, c.At; c.Granted {
				d.Appeal = chat.AppealGranted
			}
		})
	case chat.AppealErased:
		t.editDecision(c.Decision, func(d *chat.DecisionState) { d.Appeals = 0 })
	case chat.ActNoted:
		put(t.undo, t.proj.acts, actID{c.Account, e.Seq}, chat.NotedAct{Seq: e.Seq, At: c.At, Act: c.Act})
	default:
		return false
	}
	return true
}

// editDecision changes a decision, if it is there.
func (t *txn) editDecision(seq chat.Seq, edit func(*chat.DecisionState)) {
	if d, ok := t.proj.decisions[seq]; ok {
		edit(&d)
		put(t.undo, t.proj.decisions, seq, d)
	}
}
