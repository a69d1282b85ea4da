// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func reportMethods() []method {
	return []method{
		ordered(call("Reports/Report", chat.ScopeSend, report)),
		call("Reports/Mine", chat.ScopeRead, ownReports),
		call("Reports/InChat", chat.ScopeRead, reportsInChat),
		ordered(call("Reports/CloseInChat", chat.ScopeManage, closeReport)),
		call("Reports/Acts", chat.ScopeRead, acts),
		ordered(call("Reports/Appeal", chat.ScopeManage, appeal)),
		guessed(call("Reports/AppealSuspended", 0, appealSuspended)),
		operating(call("Reports/List", chat.ScopeManage, cases)),
		operating(call("Reports/Show", chat.ScopeManage, showCase)),
		operating(ordered(call("Reports/Decide", chat.ScopeManage, decide))),
	}
}

// report files a report.
//
// REP-1
func report(ctx context.Context, c *caller, r *zolalv1.ReportRequest) (*zolalv1.ReportReceipt, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	number, repeated, err := c.cfg.Engine.Report(ctx, c.actor, chat.Report{
		Account: chat.AccountID(r.GetAccount()), Chat: chat.ChatID(r.GetChat()), Seqs: wire.SeqsIn(r.GetSeqs()),
		Desk: wire.DeskIn(r.GetDesk()), Reason: r.GetReason(), Comment: r.GetComment(),
	}, key)
	if err != nil {
		return nil, err
	}
	return &zolalv1.ReportReceipt{Report: uint32(number), Repeated: repeated}, nil
}

// reportRow encodes how a report stands, without who reported.
func reportRow(s chat.ReportState) *zolalv1.ReportRow {
	desk := zolalv1.Desk_DESK_ADMINS
	if s.Log == chat.ServerLog.ID(0) {
		desk = zolalv1.Desk_DESK_OPERATOR
	}
	return &zolalv1.ReportRow{
		Report: uint32(s.Report), AtMs: int64(s.At), Desk: desk, Account: uint32(s.Account),
		Chat: uint32(s.Chat), Reason: s.Reason, ClosedMs: int64(s.Closed),
	}
}

// named fills in who is reported, as far as the caller may see them.
func (c *caller) named(ctx context.Context, rows []*zolalv1.ReportRow) error {
	var ids []chat.AccountID
	for _, r := range rows {
		ids = append(ids, chat.AccountID(r.GetAccount()))
	}
	people, err := c.look(ctx, ids...)
	for _, r := range rows {
		r.Person = c.person(people, chat.AccountID(r.GetAccount()))
	}
	return err
}

func ownReports(ctx context.Context, c *caller, _ *zolalv1.Empty) (*zolalv1.ReportsResponse, error) {
	list, err := c.cfg.Engine.OwnReports(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	out := &zolalv1.ReportsResponse{}
	for _, s := range list {
		row := reportRow(s.ReportState)
		row.Acted = s.Acted
		out.Reports = append(out.Reports, row)
	}
	return out, c.named(ctx, out.Reports)
}

// REP-2
func reportsInChat(ctx context.Context, c *caller, r *zolalv1.ChatReportsRequest) (
	*zolalv1.ReportsResponse, error) {
	h, err := c.cfg.Engine.Open(ctx, c.actor, chat.ChatID(r.GetChat()).Staff(), chat.RightStaff)
	if err != nil {
		return nil, err
	}
	list, err := h.Reports(ctx, r.GetClosed(), chat.Seq(r.GetBefore()), int(r.GetLimit()))
	if err != nil {
		return nil, err
	}
	out := &zolalv1.ReportsResponse{More: len(list) == int(r.GetLimit())}
	for _, v := range list {
		row := reportRow(v.ReportState)
		row.Seqs, row.Comment = wire.SeqsOut(v.Body.Seqs), v.Body.Comment
		out.Reports = append(out.Reports, row)
	}
	return out, c.named(ctx, out.Reports)
}

func closeReport(ctx context.Context, c *caller, r *zolalv1.CloseReportRequest) (*zolalv1.Receipt, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	h, err := c.cfg.Engine.Open(ctx, c.actor, chat.ChatID(r.GetChat()).Staff(), chat.RightStaff)
	if err != nil {
		return nil, err
	}
	done, err := h.CloseReport(ctx, chat.Seq(r.GetReport()), key)
	if err != nil {
		return nil, err
	}
	return receipt(done), nil
}

// REP-5
func acts(ctx context.Context, c *caller, r *zolalv1.ActsRequest) (*zolalv1.ActsResponse, error) {
	list, err := c.cfg.Engine.Acts(ctx, c.actor, chat.Seq(r.GetBefore()), int(r.GetLimit()))
	if err != nil {
		return nil, err
	}
	out := &zolalv1.ActsResponse{More: len(list) == int(r.GetLimit())}
	for _, a := range list {
		out.Acts = append(out.Acts, &zolalv1.ActRow{
			Seq: uint32(a.Seq), AtMs: int64(a.At), Act: wire.OperatorActOut(&a.Act),
			Reversed: a.Decision.Reversed != 0, Appeal: zolalv1.AppealState(a.Decision.Appeal),
			Appealable: a.Appealable, Photos: a.Photos,
		})
		if a.Act.Act == chat.ActTakeDown {
			out.Acts[len(out.Acts)-1].Name = a.Decision.Name
		}
	}
	return out, nil
}

// REP-6
func appeal(ctx context.Context, c *caller, r *zolalv1.AppealRequest) (*zolalv1.Receipt, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	done, err := c.cfg.Engine.Appeal(ctx, c.actor, chat.Seq(r.GetDecision()), r.GetText(), key)
	if err != nil {
		return nil, err
	}
	return &zolalv1.Receipt{AtMs: int64(done.At), Repeated: done.Repeated}, nil
}

// appealSuspended is for who cannot sign in any more: it checks whose the account is as signing in does.
//
// REP-6
func appealSuspended(ctx context.Context, c *caller, r *zolalv1.AppealSuspendedRequest) (
	*zolalv1.AppealSuspendedResponse, error) {
	claim := account.Claim{
		Username: r.GetUsername(), Password: r.GetPassword(), Ticket: r.GetTicket(), Secret: r.GetSecret(),
		Recovery: r.GetRecovery(), Code: r.GetCode(), Passkey: []byte(r.GetPasskey()), Client: c.client(nil),
	}
	id, reason, err := c.cfg.Accounts.Suspended(ctx, claim)
	if err != nil {
		return nil, err
	}
	decision, appealable, err := c.cfg.Engine.Suspension(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.GetText() != "" {
		key, err := clientKey(r.GetKey())
		if err != nil {
			return nil, err
		}
		// A retry finds the appeal there, and no code is used up for it: it stores nothing.
		if appealable {
			if err := c.cfg.Engine.CheckAppeal(r.GetText(), key); err != nil {
				return nil, err
			}
			if err := c.cfg.Accounts.SuspendedMay(ctx, id, claim); err != nil {
				return nil, err
			}
		}
		if err := c.cfg.Engine.AppealSuspended(ctx, id, r.GetText(), key); err != nil {
			return nil, err
		}
		if decision, appealable, err = c.cfg.Engine.Suspension(ctx, id); err != nil {
			return nil, err
		}
	}
	return &zolalv1.AppealSuspendedResponse{
		Reason: reason, Decision: uint32(decision.Decision), AtMs: int64(decision.At),
		Appeal: zolalv1.AppealState(decision.Appeal), Appealable: appealable,
	}, nil
}

// REP-3
func cases(ctx context.Context, c *caller, r *zolalv1.CasesRequest) (*zolalv1.CasesResponse, error) {
	list, err := c.cfg.Engine.Cases(ctx, c.actor, r.GetClosed(), chat.Seq(r.GetBefore()), int(r.GetLimit()))
	if err != nil {
		return nil, err
	}
	out := &zolalv1.CasesResponse{More: list.More}
	for _, s := range list.Reports {
		row := reportRow(s)
		row.Reporter, row.ChatTitle = uint32(s.Reporter), list.Titles[s.Chat]
		out.Reports = append(out.Reports, row)
	}
	if err := c.named(ctx, out.Reports); err != nil {
		return nil, err
	}
	out.Appeals, err = c.decisions(ctx, list.Appeals)
	return out, err
}

// decisions encodes decisions with whom they are about.
func (c *caller) decisions(ctx context.Context, list []engine.AppealView) ([]*zolalv1.DecisionRow, error) {
	var ids []chat.AccountID
	out := make([]*zolalv1.DecisionRow, len(list))
	for i, d := range list {
		ids = append(ids, d.Account)
		out[i] = &zolalv1.DecisionRow{
			Decision: uint32(d.Decision), AtMs: int64(d.At), Account: uint32(d.Account), Chat: uint32(d.Chat),
			Act: zolalv1.Act(d.Act), Reason: d.Reason, UntilMs: int64(d.Until), Name: d.Name,
			Reversed: uint32(d.Reversed), Appeal: zolalv1.AppealState(d.Appeal), AppealText: d.Text,
		}
	}
	people, err := c.look(ctx, ids...)
	for i, d := range list {
		out[i].Person = c.person(people, d.Account)
	}
	return out, err
}

// REP-3
func showCase(ctx context.Context, c *caller, r *zolalv1.ShowRequest) (*zolalv1.ReportCase, error) {
	v, err := c.cfg.Engine.Case(ctx, c.actor, chat.Seq(r.GetReport()))
	if err != nil {
		return nil, err
	}
	row := reportRow(v.ReportState)
	row.Reporter, row.ChatTitle, row.Seqs = uint32(v.Reporter), v.Room.Title, wire.SeqsOut(v.Body.Seqs)
	out := &zolalv1.ReportCase{
		Row: row, Report: wire.ReportOut(&v.Body), ReporterTotal: uint32(v.Reports),
		ReporterDismissed: uint32(v.Dismissed), Owner: uint32(v.Owner), Public: v.Room.ID != 0,
		Photos: wire.PhotosOut(v.Photos),
	}
	ids := []chat.AccountID{v.Account, v.Reporter, v.Owner}
	for _, m := range v.Body.Revealed {
		ids = append(ids, m.Author)
	}
	if out.People, err = c.look(ctx, ids...); err != nil {
		return nil, err
	}
	row.Person = c.person(out.People, v.Account)
	for _, o := range v.Others {
		other := reportRow(o)
		other.Reporter = uint32(o.Reporter)
		out.Others = append(out.Others, other)
	}
	out.Decisions, err = c.decisions(ctx, v.Decisions)
	return out, err
}

// REP-4
func decide(ctx context.Context, c *caller, r *zolalv1.DecideRequest) (*zolalv1.DecideResponse, error) {
	key, err := clientKey(r.GetKey())
	if err != nil {
		return nil, err
	}
	number, err := c.cfg.Engine.Judge(ctx, c.actor, chat.Judge{
		Reports: wire.SeqsIn(r.GetReports()), Account: chat.AccountID(r.GetAccount()), Act: wire.ActIn(r.GetAct()),
		Reason: r.GetReason(), Until: chat.Millis(r.GetUntilMs()), Seqs: wire.SeqsIn(r.GetSeqs()),
		Photos: wire.SeqsIn(r.GetPhotos()), Decision: chat.Seq(r.GetDecision()),
	}, chat.ChatID(r.GetChat()), key)
	if err != nil {
		return nil, err
	}
	return &zolalv1.DecideResponse{Decision: uint32(number)}, nil
}
