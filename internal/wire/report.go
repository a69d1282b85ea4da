// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// ReportOut encodes a report.
func ReportOut(r *chat.Report) *zolalv1.Report {
	return &zolalv1.Report{
		Account: uint32(r.Account), Chat: uint32(r.Chat), Seqs: SeqsOut(r.Seqs), Desk: zolalv1.Desk(r.Desk),
		Reason: r.Reason, Comment: r.Comment, Revealed: some(r.Revealed, revealedOut),
		Reporter: uint32(r.Reporter), AtMs: int64(r.At), Decision: uint32(r.Decision), ClosedMs: int64(r.Closed),
		Owner: uint32(r.Owner), Staff: AccountsOut(r.Staff),
	}
}

func reportIn(r *zolalv1.Report) *chat.Report {
	return &chat.Report{
		Account: chat.AccountID(r.GetAccount()), Chat: chat.ChatID(r.GetChat()), Seqs: SeqsIn(r.GetSeqs()),
		Desk: small[chat.Desk](r.GetDesk()), Reason: r.GetReason(), Comment: r.GetComment(),
		Revealed: some(r.GetRevealed(), revealedIn),
		Reporter: chat.AccountID(r.GetReporter()), At: chat.Millis(r.GetAtMs()),
		Decision: chat.Seq(r.GetDecision()), Closed: chat.Millis(r.GetClosedMs()),
		Owner: chat.AccountID(r.GetOwner()), Staff: AccountsIn(r.GetStaff()),
	}
}

func revealedOut(r chat.Revealed) *zolalv1.Revealed {
	return &zolalv1.Revealed{
		Seq: uint32(r.Seq), Author: uint32(r.Author), AtMs: int64(r.At), Body: r.Body, Proof: r.Proof,
	}
}

func revealedIn(r *zolalv1.Revealed) chat.Revealed {
	return chat.Revealed{
		Seq: chat.Seq(r.GetSeq()), Author: chat.AccountID(r.GetAuthor()), At: chat.Millis(r.GetAtMs()),
		Body: r.GetBody(), Proof: r.GetProof(),
	}
}

func decisionOut(d *chat.Decision) *zolalv1.Decision {
	return &zolalv1.Decision{
		Reports: SeqsOut(d.Reports), Account: uint32(d.Account), Chat: uint32(d.Chat), Seqs: SeqsOut(d.Seqs),
		Photos: SeqsOut(d.Photos), Name: d.Name, Act: zolalv1.Act(d.Act), Reason: d.Reason, UntilMs: int64(d.Until),
		Reversed: uint32(d.Reversed), Console: d.Console, Appealed: d.Appealed,
	}
}

func decisionIn(d *zolalv1.Decision) *chat.Decision {
	return &chat.Decision{
		Reports: SeqsIn(d.GetReports()), Account: chat.AccountID(d.GetAccount()), Chat: chat.ChatID(d.GetChat()),
		Seqs: SeqsIn(d.GetSeqs()), Photos: SeqsIn(d.GetPhotos()), Name: d.GetName(), Act: ActIn(d.GetAct()),
		Reason: d.GetReason(), Until: chat.Millis(d.GetUntilMs()), Reversed: chat.Seq(d.GetReversed()),
		Console: d.GetConsole(), Appealed: d.GetAppealed(),
	}
}

func appealOut(a *chat.Appeal) *zolalv1.Appeal {
	return &zolalv1.Appeal{Decision: uint32(a.Decision), Text: a.Text}
}

func appealIn(a *zolalv1.Appeal) *chat.Appeal {
	return &chat.Appeal{Decision: chat.Seq(a.GetDecision()), Text: a.GetText()}
}

func appealKeptOut(a *chat.AppealKept) *zolalv1.AppealKept {
	return &zolalv1.AppealKept{Decision: uint32(a.Decision)}
}

func appealKeptIn(a *zolalv1.AppealKept) *chat.AppealKept {
	return &chat.AppealKept{Decision: chat.Seq(a.GetDecision())}
}

// ActIn decodes an act; one that does not exist becomes 255, which nobody does.
func ActIn(a zolalv1.Act) chat.Act {
	if a < 0 || a > 254 {
		return 255
	}
	return chat.Act(a)
}

// DeskIn decodes a desk; one that does not exist becomes 0.
func DeskIn(d zolalv1.Desk) chat.Desk { return small[chat.Desk](d) }

// OperatorActOut encodes what an operator did.
func OperatorActOut(a *chat.OperatorAct) *zolalv1.OperatorAct {
	return &zolalv1.OperatorAct{
		Act: zolalv1.Act(a.Act), Reason: a.Reason, UntilMs: int64(a.Until), Decision: uint32(a.Decision),
		Chat: uint32(a.Chat), Messages: a.Messages, Console: a.Console,
	}
}

func operatorActIn(a *zolalv1.OperatorAct) *chat.OperatorAct {
	return &chat.OperatorAct{
		Act: ActIn(a.GetAct()), Reason: a.GetReason(), Until: chat.Millis(a.GetUntilMs()),
		Decision: chat.Seq(a.GetDecision()), Chat: chat.ChatID(a.GetChat()), Messages: a.GetMessages(),
		Console: a.GetConsole(),
	}
}

func wordingOut(n *chat.Wording) *zolalv1.Wording {
	if n == nil {
		return nil
	}
	return &zolalv1.Wording{Code: n.Code, Values: n.Values}
}

func wordingIn(n *zolalv1.Wording) *chat.Wording {
	if n == nil {
		return nil
	}
	return &chat.Wording{Code: n.GetCode(), Values: n.GetValues()}
}
