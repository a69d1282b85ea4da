// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// mayJudge lets operators through, and the console.
func mayJudge(actor chat.Actor) error {
	if actor.Operator || actor.Server {
		return nil
	}
	return chat.Errorf(chat.CodeForbidden, "for operators alone")
}

// CaseList is what waits for an operator, or waited.
type CaseList struct {
	Reports []chat.ReportState
	Appeals []AppealView
	More    bool                   // there are reports before these
	Titles  map[chat.ChatID]string // of public chats
}

// AppealView is an open appeal.
type AppealView struct {
	chat.DecisionState
	Text string
}

// Cases lists reports to the operator, open or closed, the newest first, at most limit (1–200), and the
// appeals that wait, but for the actor's own cases. It shows no message of anybody, and those it shows are
// told once a day, before.
func (e *Engine) Cases(ctx context.Context, actor chat.Actor, closed bool, before chat.Seq, limit int) (
	CaseList, error) {
	if err := mayJudge(actor); err != nil {
		return CaseList{}, err
	}
	if limit < 1 || limit > maxCases {
		return CaseList{}, badLimit("limit")
	}
	q := ReportQuery{Log: chat.ServerLog.ID(0), Closed: closed, Before: before, Limit: limit}
	views, more, err := e.casesOfOthers(ctx, actor, q)
	if err != nil {
		return CaseList{}, err
	}
	out := CaseList{More: more, Titles: map[chat.ChatID]string{}}
	for _, v := range views {
		room, err := e.publicRoom(ctx, v.Chat)
		if err != nil {
			return CaseList{}, err
		}
		if room.ID != 0 {
			out.Titles[v.Chat] = room.Title
		}
		out.Reports = append(out.Reports, v.ReportState)
	}
	if out.Appeals, err = e.appealsOfOthers(ctx, actor); err != nil {
		return CaseList{}, err
	}
	return out, e.tellListed(ctx, actor, views, out.Appeals)
}

// tellListed tells those about whom a list of cases says something, before it is shown, that they stood in a
// list: it says who is reported, for what and by whom, and what they say against a decision. That it was one
// of reports is not told, for they are not to learn of a report before it is looked at.
func (e *Engine) tellListed(ctx context.Context, actor chat.Actor, views []ReportView,
	appeals []AppealView) error {
	var listed []chat.AccountID
	add := func(a chat.AccountID) {
		if a != 0 && !slices.Contains(listed, a) {
			listed = append(listed, a)
		}
	}
	for _, v := range views {
		about := v.Account
		if about == 0 {
			var err error
			if about, err = e.answerer(ctx, v); err != nil {
				return err
			}
		}
		add(about)
	}
	for _, d := range appeals {
		add(d.Account)
	}
	return e.NoteDaily(ctx, actor, chat.ActList, listed...)
}

// publicRoom returns a chat if everybody may read it, else the zero one.
func (e *Engine) publicRoom(ctx context.Context, id chat.ChatID) (chat.Chat, error) {
	if id == 0 {
		return chat.Chat{}, nil
	}
	f, err := e.freshFacts(ctx, id, 0, 0)
	if err != nil || !f.Chat.Public() {
		return chat.Chat{}, err
	}
	return f.Chat, nil
}

// appealOf reads what an appeal says.
func (e *Engine) appealOf(ctx context.Context, d chat.DecisionState) (AppealView, error) {
	view := AppealView{DecisionState: d}
	if d.Appeals == 0 {
		return view, nil
	}
	items, err := e.store.Get(ctx, chat.ServerLog.ID(0), []chat.Seq{d.Appeals})
	if err != nil {
		return view, fmt.Errorf("get an appeal: %w", err)
	}
	if len(items) == 1 {
		body, err := e.bodyOf(items[0])
		if err != nil {
			return view, err
		}
		if a, ok := body.(*chat.Appeal); ok {
			view.Text = a.Text
		}
	}
	return view, nil
}

// CaseView is one report with what there is to know of it.
type CaseView struct {
	ReportView
	Others    []chat.ReportState // other open reports about the same
	Decisions []AppealView       // about the account, the newest first
	Reports   int                // of its author so far …
	Dismissed int                // … and how many of them led to nothing
	Owner     chat.AccountID     // of the chat
	Room      chat.Chat          // if it is public
	Photos    []chat.PlacedPhoto // that everybody may see, of the account, else of the chat, the newest first
	Ruling    chat.Decision      // by which it was closed; of CaseBrief alone
}

// Case shows a report with the messages it reveals. Whoever wrote them, but for the reporter, is told of it
// in their own log before anything is shown (R35), and so is whoever it shows earlier decisions about; the
// chat is named only if everybody may read it, for of two people each knows who reported.
func (e *Engine) Case(ctx context.Context, actor chat.Actor, number chat.Seq) (CaseView, error) {
	if err := mayJudge(actor); err != nil {
		return CaseView{}, err
	}
	views, err := e.views(ctx, ReportQuery{Log: chat.ServerLog.ID(0), Seqs: []chat.Seq{number}})
	if err != nil {
		return CaseView{}, err
	}
	if len(views) == 0 {
		return CaseView{}, &chat.Error{Code: chat.CodeNotFound, Field: "report", Text: "no such report"}
	}
	v := CaseView{ReportView: views[0]}
	switch own, err := e.ownCase(ctx, actor, views[0]); {
	case err != nil:
		return CaseView{}, err
	case own:
		return CaseView{}, &chat.Error{Code: chat.CodeForbidden, Field: "report", Text: chat.OwnCase}
	}
	if v.Room, err = e.publicRoom(ctx, v.Chat); err != nil {
		return CaseView{}, err
	}
	if v.Owner, err = e.answerer(ctx, views[0]); err != nil {
		return CaseView{}, err
	}
	v.Body.Staff = nil // who they are is no part of the case
	if err := e.tellLook(ctx, actor, v); err != nil {
		return CaseView{}, err
	}
	if v.Photos, err = e.casePhotos(ctx, v.ReportView); err != nil {
		return CaseView{}, err
	}
	return v, e.around(ctx, actor, &v)
}

// CaseBrief returns what a report is about without what it reveals, and who owns the chat; for the console,
// which decides what was looked at before.
func (e *Engine) CaseBrief(ctx context.Context, actor chat.Actor, number chat.Seq) (
	v CaseView, err error) {
	if err := mayJudge(actor); err != nil {
		return CaseView{}, err
	}
	views, err := e.views(ctx, ReportQuery{Log: chat.ServerLog.ID(0), Seqs: []chat.Seq{number}})
	if err != nil {
		return CaseView{}, err
	}
	if len(views) == 0 {
		return CaseView{}, &chat.Error{Code: chat.CodeNotFound, Field: "report", Text: "no such report"}
	}
	v.ReportView = views[0]
	v.Body.Comment, v.Body.Revealed, v.Body.Staff = "", nil, nil
	if v.Closed != 0 {
		if v.Ruling, err = e.decisionAt(ctx, v.Decision); err != nil {
			return CaseView{}, err
		}
	}
	if v.Photos, err = e.casePhotos(ctx, v.ReportView); err != nil {
		return CaseView{}, err
	}
	v.Owner, err = e.answerer(ctx, v.ReportView)
	return v, err
}

// casePhotos lists the photos of whom a report is about, else of its chat, if everybody may see them.
func (e *Engine) casePhotos(ctx context.Context, v ReportView) ([]chat.PlacedPhoto, error) {
	if v.Account == 0 {
		room, err := e.publicRoom(ctx, v.Chat)
		if err != nil || room.Photo == nil {
			return nil, err
		}
		return []chat.PlacedPhoto{*published(room.Photo, true)}, nil
	}
	open, err := e.openPortrait(ctx, v.Account.Log())
	if err != nil || !open {
		return nil, err
	}
	all, err := e.store.Photos(ctx, v.Account.Log())
	if err != nil {
		return nil, fmt.Errorf("photos: %w", err)
	}
	for i := range all {
		all[i].Public = true
	}
	return all, nil
}

// tellLook tells those whose messages, or the decisions about whom, an operator is about to see.
func (e *Engine) tellLook(ctx context.Context, actor chat.Actor, v CaseView) error {
	count := map[chat.AccountID]uint32{}
	for _, m := range v.Body.Revealed {
		author := m.Author
		if author == 0 {
			author = v.Owner // a channel's posts are its owner's to hear of
		}
		if author != v.Reporter && author != 0 {
			count[author]++
		}
	}
	for account, n := range count {
		act := chat.OperatorAct{
			Act: chat.ActLook, Reason: v.Reason, Chat: v.Room.ID, Messages: n, Console: actor.Server,
		}
		if err := e.NoteAct(ctx, act, chat.Key{}, account); err != nil {
			return err
		}
	}
	about := v.about()
	if about == 0 || count[about] > 0 || about == v.Reporter {
		return nil
	}
	// It names no reason and no chat: there may be no message by which they would know what it is about.
	return e.NoteAct(ctx, chat.OperatorAct{Act: chat.ActLookRecord, Console: actor.Server}, chat.Key{}, about)
}

// about is whom decisions are shown about: who is reported, or who owns the chat that is.
func (v *CaseView) about() chat.AccountID { return cmp.Or(v.Account, v.Owner) }

// around reads what else there is to know of a case.
func (e *Engine) around(ctx context.Context, actor chat.Actor, v *CaseView) error {
	q := ReportQuery{
		Log: chat.ServerLog.ID(0), About: true, Account: v.Account, Chat: v.Chat, Limit: chat.MaxTargets,
	}
	others, err := e.views(ctx, q)
	if err != nil {
		return err
	}
	if others, err = e.notOwn(ctx, actor, others); err != nil {
		return err
	}
	for _, o := range others {
		if o.Report != v.Report {
			v.Others = append(v.Others, o.ReportState)
		}
	}
	if about := v.about(); about != 0 {
		made, err := e.store.Decisions(ctx, DecisionQuery{Account: about, Limit: 20})
		if err != nil {
			return fmt.Errorf("decisions: %w", err)
		}
		for _, d := range made {
			view, err := e.appealOf(ctx, d)
			if err != nil {
				return err
			}
			v.Decisions = append(v.Decisions, view)
		}
	}
	by, err := e.store.ReportsBy(ctx, v.Reporter, maxCases)
	if err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	dismissed, err := e.dismissals(ctx, by)
	for _, r := range by {
		v.Reports++
		if r.Closed != 0 && dismissed[r.Decision] {
			v.Dismissed++
		}
	}
	return err
}

// ownerOf returns the owner of a chat, 0 if it has none.
func (e *Engine) ownerOf(ctx context.Context, room chat.ChatID) (chat.AccountID, error) {
	if room == 0 {
		return 0, nil
	}
	owners, err := e.store.Members(ctx, MemberQuery{Chat: room, Roles: []chat.Role{chat.RoleOwner}, Limit: 1})
	if err != nil || len(owners) == 0 {
		return 0, err
	}
	return owners[0].Account, nil
}

// fillCase reads what a decision or an appeal is about. The head of the server log was read before.
func (e *Engine) fillCase(ctx context.Context, r request, _ chat.Needs, f *chat.Facts) error {
	var decision chat.Seq
	var err error
	switch c := r.cmd.(type) {
	case chat.Judge:
		decision = c.Decision
		if err = e.fillReports(ctx, r, c.Reports, &f.Case); err != nil {
			return err
		}
		if f.Case.Owner, err = e.ownerOf(ctx, r.room); err != nil {
			return err
		}
		own, err := e.ownRuling(ctx, r.actor, decision)
		if err != nil {
			return err
		}
		f.Case.Own = f.Case.Own || own
		if len(c.Photos) > 0 && r.room == 0 {
			if f.Case.Photos, err = e.store.Photos(ctx, c.Account.Log()); err != nil {
				return fmt.Errorf("photos: %w", err)
			}
		}
	case chat.FileAppeal:
		decision = c.Decision
	case chat.Transfer, chat.AnswerOffer:
		q := ReportQuery{Log: chat.ServerLog.ID(0), In: r.room, Limit: 1}
		if f.Case.Reports, err = e.store.Reports(ctx, q); err != nil {
			return fmt.Errorf("reports: %w", err)
		}
	}
	if decision == 0 {
		return nil
	}
	made, err := e.store.Decisions(ctx, DecisionQuery{Seqs: []chat.Seq{decision}})
	if err != nil {
		return fmt.Errorf("decisions: %w", err)
	}
	if len(made) == 1 {
		f.Case.Decision = made[0]
	}
	return nil
}

// fillReports reads the reports that a decision closes, and what they reveal of a chat.
func (e *Engine) fillReports(ctx context.Context, r request, numbers []chat.Seq, c *chat.Case) error {
	if len(numbers) == 0 || len(numbers) > chat.MaxTargets {
		return nil // the latter is refused for their number
	}
	views, err := e.views(ctx, ReportQuery{Log: chat.ServerLog.ID(0), Seqs: numbers})
	if err != nil {
		return err
	}
	for _, v := range views {
		c.Reports = append(c.Reports, v.ReportState)
		for _, m := range v.Body.Revealed {
			if m.Author != 0 {
				c.Authors = append(c.Authors, m.Author)
			}
		}
		if owner, err := e.answerer(ctx, v); err != nil {
			return err
		} else if owner != 0 {
			c.Owned = append(c.Owned, owner)
		}
		own, err := e.ownCase(ctx, r.actor, v)
		if err != nil {
			return err
		}
		c.Own = c.Own || own
		if v.Chat == r.room {
			c.Named = append(c.Named, v.Body.Seqs...)
		}
	}
	return nil
}

// Judge decides a case: it stores the decision with all that follows from it in the logs of those it is
// about, suspends or lifts, and tells the account in its service chat. Asked again, under the same key or for
// the same decision on the same reports, it does what may have been cut short.
//
// REP-4
func (e *Engine) Judge(ctx context.Context, actor chat.Actor, j chat.Judge, room chat.ChatID, key chat.Key) (
	chat.Seq, error) {
	if err := mayJudge(actor); err != nil {
		return 0, err
	}
	j.Console = actor.Server
	if j.Act == chat.ActReverse && j.Decision != 0 {
		made, err := e.store.Decisions(ctx, DecisionQuery{Seqs: []chat.Seq{j.Decision}})
		if err != nil {
			return 0, fmt.Errorf("judge: %w", err)
		}
		if room = 0; len(made) == 1 && made[0].Name != "" {
			room = made[0].Chat
		}
	}
	receipt, err := e.write(ctx, request{actor: actor, room: room, cmd: j, key: key})
	number := receipt.Seq
	if chat.CodeOf(err) == chat.CodeConflict {
		number, err = e.decidedSo(ctx, j, err)
	}
	if err != nil {
		return 0, fmt.Errorf("judge: %w", err)
	}
	if err := e.carryOut(ctx, number); err != nil {
		return 0, fmt.Errorf("carry out decision %d: %w", number, err)
	}
	return number, nil
}

// decidedSo finds the decision that closed the reports, if it is the one that is asked for; else the refusal
// stands.
func (e *Engine) decidedSo(ctx context.Context, j chat.Judge, refusal error) (chat.Seq, error) {
	if len(j.Reports) == 0 {
		return 0, refusal
	}
	list, err := e.store.Reports(ctx, ReportQuery{Log: chat.ServerLog.ID(0), Seqs: j.Reports})
	if err != nil {
		return 0, fmt.Errorf("reports: %w", err)
	}
	var number chat.Seq
	for i, r := range list {
		if i > 0 && r.Decision != number || r.Closed == 0 {
			return 0, refusal
		}
		number = r.Decision
	}
	d, err := e.decisionAt(ctx, number)
	if err != nil {
		return 0, err
	}
	if !says(d, j) {
		return 0, refusal
	}
	made, err := e.store.Decisions(ctx, DecisionQuery{Seqs: []chat.Seq{number}})
	if err != nil {
		return 0, fmt.Errorf("decisions: %w", err)
	}
	if len(made) != 1 || made[0].Reversed != 0 {
		return 0, refusal
	}
	return number, nil
}

// says reports whether a decision says what is asked for.
func says(d chat.Decision, j chat.Judge) bool {
	switch {
	case d.Act != j.Act:
		return false
	case d.Act == chat.ActDismiss:
		return true
	case d.Reason != j.Reason:
		return false
	case d.Act == chat.ActTakeDown: // about whom follows from what it took down
		return slices.Equal(d.Seqs, j.Seqs) && slices.Equal(d.Photos, j.Photos)
	}
	return d.Account == j.Account
}

// ActView is an act as the one it was done to sees it.
type ActView struct {
	chat.NotedAct
	Appealable bool
	Photos     bool // what was taken down: neither messages nor a name
}

// Acts lists what operators did to the actor's account, the newest first, at most limit (1–200).
func (e *Engine) Acts(ctx context.Context, actor chat.Actor, before chat.Seq, limit int) ([]ActView, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return nil, err
	}
	if limit < 1 || limit > maxCases {
		return nil, badLimit("limit")
	}
	list, err := e.store.Acts(ctx, actor.Account, before, limit)
	if err != nil {
		return nil, fmt.Errorf("acts: %w", err)
	}
	var seqs []chat.Seq
	for _, a := range list {
		if a.Act.Decision != 0 {
			seqs = append(seqs, a.Act.Decision)
		}
	}
	var made []chat.DecisionState
	if len(seqs) > 0 {
		if made, err = e.store.Decisions(ctx, DecisionQuery{Seqs: seqs}); err != nil {
			return nil, fmt.Errorf("decisions: %w", err)
		}
	}
	out := make([]ActView, len(list))
	for i, a := range list {
		out[i].NotedAct = a
		for _, d := range made {
			if d.Decision == a.Act.Decision {
				out[i].Decision = d
				out[i].Appealable = e.appealable(actor.Account, d)
				out[i].Photos = a.Act.Act == chat.ActTakeDown && a.Act.Messages == 0 && d.Name == ""
			}
		}
	}
	return out, nil
}

// appealable reports whether an account may appeal against a decision now.
func (e *Engine) appealable(account chat.AccountID, d chat.DecisionState) bool {
	return d.Account == account && d.Reversed == 0 && d.Appeal == chat.AppealNone &&
		d.Act >= chat.ActWarn && d.Act <= chat.ActTakeDown && e.now() <= d.At+chat.AppealWithin
}

// Appeal appeals against a decision about the actor.
func (e *Engine) Appeal(ctx context.Context, actor chat.Actor, decision chat.Seq, text string, key chat.Key) (
	Receipt, error) {
	r, err := e.write(ctx, request{actor: actor, cmd: chat.FileAppeal{Decision: decision, Text: text}, key: key})
	if err != nil {
		return Receipt{}, fmt.Errorf("appeal: %w", err)
	}
	return r, nil
}

// AppealSuspended appeals against the decision by which an account is suspended, for somebody who showed that
// it is theirs and cannot sign in. They have no device, and keys of no device are the server's own, which can
// be foreseen: whoever used one of those first would keep the server from telling somebody something. So the
// key is one of the account's own.
//
// REP-6
func (e *Engine) AppealSuspended(ctx context.Context, account chat.AccountID, text string,
	key chat.Key) error {
	d, _, err := e.Suspension(ctx, account)
	if err != nil {
		return err
	}
	key = chat.NamedKey(key.Made(), fmt.Sprintf("appeal of the suspended %d under %x", account, key))
	_, err = e.Appeal(ctx, chat.Actor{Account: account, Scopes: chat.AllScopes}, d.Decision, text, key)
	return err
}

// CheckAppeal refuses what AppealSuspended would refuse in a text and its key, before anything is used up.
func (e *Engine) CheckAppeal(text string, key chat.Key) error {
	if err := e.checkKey(&request{key: key}); err != nil {
		return err
	}
	_, err := chat.AppealText(text)
	return err
}

// Suspension returns the decision by which an account is suspended, the latest that stands, the zero one if
// none is known, and whether its owner may appeal now.
func (e *Engine) Suspension(ctx context.Context, account chat.AccountID) (chat.DecisionState, bool, error) {
	made, err := e.store.Decisions(ctx, DecisionQuery{Account: account, Standing: chat.ActSuspend, Limit: 1})
	if err != nil {
		return chat.DecisionState{}, false, fmt.Errorf("decisions: %w", err)
	}
	if len(made) == 0 {
		return chat.DecisionState{}, false, nil
	}
	return made[0], e.appealable(account, made[0]), nil
}

// EraseClosed erases what reports revealed and appeals said whose cases were closed long enough ago, and
// returns how many. A report stays as long as an appeal against its decision is open.
//
// REP-7
func (e *Engine) EraseClosed(ctx context.Context) (int, error) {
	log, due := chat.ServerLog.ID(0), e.now()-chat.RevealedFor
	reports, err := e.store.Reports(ctx, ReportQuery{Log: log, Due: due, Limit: maxRead})
	if err != nil {
		return 0, fmt.Errorf("erase closed cases: %w", err)
	}
	appeals, err := e.store.Decisions(ctx, DecisionQuery{Due: due, Limit: maxRead})
	if err != nil {
		return 0, fmt.Errorf("erase closed cases: %w", err)
	}
	n, hand := 0, server(chat.Actor{})
	for _, r := range reports {
		keep, err := e.keepOf(ctx, r)
		if err == nil && keep.Report != nil {
			_, err = e.write(ctx, request{actor: hand, cmd: keep})
			n++
		}
		if err != nil {
			return n, fmt.Errorf("erase report %d: %w", r.Report, err)
		}
	}
	for _, d := range appeals {
		keep := chat.Keep{Target: d.Appeals, Decision: d.Decision}
		if _, err := e.write(ctx, request{actor: hand, cmd: keep}); err != nil {
			return n, fmt.Errorf("erase appeal %d: %w", d.Appeals, err)
		}
		n++
	}
	return n, nil
}

// keepOf makes what is left of a closed report; without a report it has to wait.
func (e *Engine) keepOf(ctx context.Context, r chat.ReportState) (chat.Keep, error) {
	made, err := e.store.Decisions(ctx, DecisionQuery{Seqs: []chat.Seq{r.Decision}})
	if err != nil || len(made) == 1 && made[0].Appeal == chat.AppealOpen {
		return chat.Keep{}, err
	}
	body, err := e.reportAt(ctx, r.Log, r.Report)
	if err != nil || body == nil {
		return chat.Keep{}, err
	}
	return chat.Keep{Target: r.Report, Report: body.Kept(r)}, nil
}
