// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/wire"
)

// What the console does about reports, with the same calls of the engine as an operator in the app. Every
// access and act is told to the account it touches (R35).

// ListReports asks for reports to the operator.
type ListReports struct {
	Closed bool     `json:"closed,omitempty"`
	Before chat.Seq `json:"before,omitempty"`
	Limit  int      `json:"limit"`
}

// ReportList answers ListReports.
type ReportList struct {
	Reports []ReportLine   `json:"reports"`
	Appeals []DecisionLine `json:"appeals"` // that wait
}

// ReportLine is one report. It shows nothing of what was said.
type ReportLine struct {
	Report   chat.Seq       `json:"report"`
	At       chat.Millis    `json:"at_ms"`
	Account  chat.AccountID `json:"account,omitempty"`
	Username string         `json:"username,omitempty"`
	Chat     chat.ChatID    `json:"chat,omitempty"`
	Title    string         `json:"title,omitempty"` // of a public chat
	Reason   string         `json:"reason"`
	Reporter string         `json:"reporter"`
	Closed   chat.Millis    `json:"closed_ms,omitempty"`
	Decision chat.Seq       `json:"decision,omitempty"`
}

// DecisionLine is one decision.
type DecisionLine struct {
	Decision chat.Seq    `json:"decision"`
	At       chat.Millis `json:"at_ms"`
	Username string      `json:"username,omitempty"`
	Act      string      `json:"act"`
	Reason   string      `json:"reason"`
	Name     string      `json:"name,omitempty"` // the public name that was taken down
	Until    chat.Millis `json:"until_ms,omitempty"`
	Reversed chat.Seq    `json:"reversed,omitempty"`
	Appeal   string      `json:"appeal,omitempty"` // what an open or answered appeal says
}

// ShowReport asks for one report with what it reveals.
type ShowReport struct {
	Report chat.Seq `json:"report"`
}

// ReportDetail answers ShowReport.
type ReportDetail struct {
	ReportLine
	Comment   string         `json:"comment,omitempty"`
	Erased    bool           `json:"erased,omitempty"`
	Messages  []ShownMessage `json:"messages"`
	Others    []chat.Seq     `json:"others,omitempty"` // open reports about the same
	Decisions []DecisionLine `json:"decisions,omitempty"`
	Public    bool           `json:"public"`
	Owner     string         `json:"owner,omitempty"`
	Total     int            `json:"reporter_total"`
	Dismissed int            `json:"reporter_dismissed"`
}

// ShownMessage is a message as it stood when it was reported.
type ShownMessage struct {
	Seq    chat.Seq    `json:"seq"`
	At     chat.Millis `json:"at_ms"`
	Author string      `json:"author,omitempty"`
	Text   string      `json:"text"`
}

// DecideReport decides reports; with the acts reverse and uphold, Decision is what it is about instead.
type DecideReport struct {
	Reports  []chat.Seq `json:"reports,omitempty"`
	Decision chat.Seq   `json:"decision,omitempty"`
	Act      string     `json:"act"`
	Reason   string     `json:"reason,omitempty"`
	On       string     `json:"on,omitempty"` // username; empty: who is reported, or who owns the chat
	Days     int        `json:"days,omitempty"`
	Messages []chat.Seq `json:"messages,omitempty"` // to take down; empty: all that are reported
	Photo    bool       `json:"photo,omitempty"`    // take down the photo of who or what is reported instead
}

// Decided answers DecideReport.
type Decided struct {
	Decision chat.Seq `json:"decision"`
}

// consoleActor is who decides at the console.
func consoleActor() chat.Actor { return chat.Actor{Server: true, Scopes: chat.AllScopes} }

// usernames finds what accounts are called.
func (c *core) usernames(ctx context.Context, ids ...chat.AccountID) (map[chat.AccountID]string, error) {
	people, err := c.engine.People(ctx, consoleActor(), ids)
	names := map[chat.AccountID]string{}
	for _, p := range people {
		names[p.ID] = p.Profile.Username
	}
	return names, err
}

func (c *core) listReports(ctx context.Context, q ListReports) (ReportList, error) {
	list, err := c.engine.Cases(ctx, consoleActor(), q.Closed, q.Before, q.Limit)
	if err != nil {
		return ReportList{}, err
	}
	var ids []chat.AccountID
	for _, r := range list.Reports {
		ids = append(ids, r.Account, r.Reporter)
	}
	for _, d := range list.Appeals {
		ids = append(ids, d.Account)
	}
	names, err := c.usernames(ctx, ids...)
	out := ReportList{Reports: []ReportLine{}, Appeals: decisionLines(list.Appeals, names)}
	for _, r := range list.Reports {
		out.Reports = append(out.Reports, reportLine(r, names, list.Titles[r.Chat]))
	}
	return out, err
}

func reportLine(r chat.ReportState, names map[chat.AccountID]string, title string) ReportLine {
	return ReportLine{
		Report: r.Report, At: r.At, Account: r.Account, Username: names[r.Account], Chat: r.Chat, Title: title,
		Reason: r.Reason, Reporter: names[r.Reporter], Closed: r.Closed, Decision: r.Decision,
	}
}

func decisionLines(list []engine.AppealView, names map[chat.AccountID]string) []DecisionLine {
	out := []DecisionLine{}
	for _, d := range list {
		out = append(out, DecisionLine{
			Decision: d.Decision, At: d.At, Username: names[d.Account], Act: d.Act.String(), Reason: d.Reason,
			Name: d.Name, Until: d.Until, Reversed: d.Reversed, Appeal: d.Text,
		})
	}
	return out
}

func (c *core) showReport(ctx context.Context, q ShowReport) (ReportDetail, error) {
	v, err := c.engine.Case(ctx, consoleActor(), q.Report)
	if err != nil {
		return ReportDetail{}, err
	}
	ids := []chat.AccountID{v.Account, v.Reporter, v.Owner}
	for _, m := range v.Body.Revealed {
		ids = append(ids, m.Author)
	}
	names, err := c.usernames(ctx, ids...)
	if err != nil {
		return ReportDetail{}, err
	}
	out := ReportDetail{
		ReportLine: reportLine(v.ReportState, names, v.Room.Title), Comment: v.Body.Comment, Erased: v.Kept,
		Messages: []ShownMessage{}, Public: v.Room.ID != 0, Owner: names[v.Owner],
		Total: v.Reports, Dismissed: v.Dismissed,
	}
	for _, o := range v.Others {
		out.Others = append(out.Others, o.Report)
	}
	names[v.Account] = out.Username
	out.Decisions = decisionLines(v.Decisions, names)
	for _, m := range v.Body.Revealed {
		body, err := wire.Codec{}.Decode(chat.KindMessage, m.Body)
		if err != nil {
			return ReportDetail{}, fmt.Errorf("decode what was revealed: %w", err)
		}
		shown := ShownMessage{Seq: m.Seq, At: m.At, Author: names[m.Author]}
		if msg, ok := body.(*chat.Message); ok {
			shown.Text = msg.Text
		}
		out.Messages = append(out.Messages, shown)
	}
	return out, nil
}

// decideReport fills in what a command line leaves out. The same command line is one decision in a day.
func (c *core) decideReport(ctx context.Context, q DecideReport) (Decided, error) {
	j := chat.Judge{
		Reports: q.Reports, Act: chat.ActOf(q.Act), Reason: q.Reason, Decision: q.Decision, Seqs: q.Messages,
	}
	now := chat.Millis(c.cfg.Now().UnixMilli())
	var room chat.ChatID
	if len(q.Reports) > 0 {
		v, err := c.engine.CaseBrief(ctx, consoleActor(), q.Reports[0])
		if err != nil {
			return Decided{}, err
		}
		if j.Account = v.Account; j.Account == 0 {
			j.Account = v.Owner
		}
		if j.Act == chat.ActTakeDown {
			if room, err = takenDown(&j, q, v); err != nil {
				return Decided{}, err
			}
		}
	}
	if q.On != "" {
		id, err := c.engine.ByName(ctx, q.On)
		if err != nil {
			return Decided{}, err
		}
		j.Account = id
	}
	if j.Act == chat.ActLimit {
		j.Until = midnight(c.cfg.Now().AddDate(0, 0, q.Days))
	}
	key := chat.NamedKey(midnight(c.cfg.Now()), fmt.Sprintf("console decides %+v", j))
	if len(q.Reports) == 0 {
		key = chat.NamedKey(now, "console decides "+strconv.Itoa(int(q.Decision))+q.Act)
	}
	number, err := c.engine.Judge(ctx, consoleActor(), j, room, key)
	return Decided{Decision: number}, err
}

// takenDown fills in what is taken down: the messages that are reported, or the photo that is shown now; of a
// case that was decided the one that went, for the photo shown since is another. It returns the chat to take
// it down in.
func takenDown(j *chat.Judge, q DecideReport, v engine.CaseView) (chat.ChatID, error) {
	if !q.Photo {
		if len(j.Seqs) == 0 {
			j.Seqs = v.Body.Seqs
		}
		return v.Chat, nil
	}
	switch {
	case len(v.Ruling.Photos) > 0:
		j.Photos = v.Ruling.Photos
	case len(v.Photos) > 0:
		j.Photos = []chat.Seq{v.Photos[0].Seq}
	default:
		return 0, chat.Errorf(chat.CodeForbidden, "there is no photo that everybody may see")
	}
	if v.Account != 0 {
		return 0, nil
	}
	return v.Chat, nil
}

// midnight is the begin of the day of a time, in UTC.
func midnight(t time.Time) chat.Millis {
	return chat.Millis(t.UTC().Truncate(24 * time.Hour).UnixMilli())
}

// noteDaily tells accounts of what the operator did at the console, each once in a day.
func (c *core) noteDaily(ctx context.Context, act chat.Act, accounts ...chat.AccountID) error {
	return c.engine.NoteDaily(ctx, consoleActor(), act, accounts...)
}

// note tells an account of what the operator did at the console.
func (c *core) note(ctx context.Context, act chat.Act, account chat.AccountID) error {
	return c.engine.NoteAct(ctx, chat.OperatorAct{Act: act, Console: true}, chat.Key{}, account)
}

// suspend decides at the console, without a report, that an account is suspended, or takes that back: its
// owner can appeal against it as against any decision.
func (c *core) suspend(ctx context.Context, q SuspendUser) error {
	id, err := c.engine.ByName(ctx, q.Username)
	if chat.CodeOf(err) == chat.CodeNotFound {
		return chat.Errorf(chat.CodeNotFound, "no account has this username")
	}
	if err != nil {
		return fmt.Errorf("suspend: %w", err)
	}
	was, _, err := c.engine.Suspension(ctx, id)
	if err != nil {
		return fmt.Errorf("suspend: %w", err)
	}
	switch {
	case q.Reason == "":
		return c.lift(ctx, id, was)
	case was.Decision != 0 && was.Reason == q.Reason:
		return c.accounts.SuspendAccount(ctx, id, q.Reason) // decided before, and maybe cut short
	}
	j := chat.Judge{Act: chat.ActSuspend, Account: id, Reason: q.Reason}
	_, err = c.engine.Judge(ctx, consoleActor(), j, 0, chat.Key{})
	return err
}

// lift takes back every decision by which an account is suspended, the latest first, and ends a suspension
// of before decisions were kept.
func (c *core) lift(ctx context.Context, id chat.AccountID, stands chat.DecisionState) (err error) {
	for stands.Decision != 0 {
		j := chat.Judge{Act: chat.ActReverse, Decision: stands.Decision}
		if _, err = c.engine.Judge(ctx, consoleActor(), j, 0, chat.Key{}); err != nil {
			return err
		}
		if stands, _, err = c.engine.Suspension(ctx, id); err != nil {
			return fmt.Errorf("suspend: %w", err)
		}
	}
	owner, err := c.store.Account(ctx, account.Find{ID: id})
	if err != nil {
		return fmt.Errorf("suspend: %w", err)
	}
	if owner.Suspended == "" {
		return nil
	}
	if err := c.note(ctx, chat.ActLift, id); err != nil {
		return err
	}
	return c.accounts.SuspendAccount(ctx, id, "")
}
