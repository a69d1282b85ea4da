// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "slices"

// File reports something. The engine has filled in what the report reveals, as the reporter may see it.
type File struct{ Report Report }

// CloseReport closes a report to the admins of the chat.
type CloseReport struct{ Report ReportState }

// Judge decides a case; operators and the console alone.
type Judge struct {
	Reports  []Seq // that it closes; none at the console
	Account  AccountID
	Act      Act
	Reason   string
	Until    Millis // of a limit
	Seqs     []Seq  // to take down in the chat of the facts; none: its public name
	Photos   []Seq  // to take down instead: of the chat of the facts, else of the account
	Decision Seq    // to reverse or uphold
	Console  bool
}

// FileAppeal appeals against a decision about the actor.
type FileAppeal struct {
	Decision Seq
	Text     string
}

// Keep erases what a report revealed, or an appeal said, long after it was closed; the server's own hand
// only.
type Keep struct {
	Target   Seq
	Report   *Report // what is left of the report; nil: the target is an appeal against Decision
	Decision Seq
}

// NoteAct tells the actor what an operator did; the server's own hand only.
type NoteAct struct{ Act OperatorAct }

// Tell writes into the service chat of the actor; the server's own hand only.
type Tell struct {
	Text    string
	Wording Wording
	Silent  bool
}

// ServiceTitle is how apps that know nothing of service chats call one.
const ServiceTitle = "پیام‌های سرور / Server messages"

// server is the log of the server.
func (d *decision) log(kind Kind, env Envelope, body Body) {
	env.Kind = kind
	d.add(ServerLog.ID(0), d.by.Account, env, body)
}

// note adds what an operator did to the log of an account, unless that has ended.
func (d *decision) note(account AccountID, act OperatorAct) {
	if d.Me.Deleted && d.Me.ID == account || d.Person.Deleted && d.Person.ID == account {
		return
	}
	d.add(account.Log(), 0, Envelope{Kind: KindOperatorAct}, &act)
}

// watched reports whether an operator's limit binds who writes in the chat: in public groups, and in a direct
// chat that the other has not come into.
func (c Chat) watched() bool { return c.open() || c.OneSided() }

// unlimited fails while an operator's limit keeps the actor from reaching anybody new.
func (d *decision) unlimited() error {
	return d.Limit.Over(d.now)
}

// Over fails with CodeLimited until the limit is over.
func (l Limitation) Over(now Millis) error {
	if l.Until <= now {
		return nil
	}
	return &Error{Code: CodeLimited, Text: "limited: " + l.Reason, Retry: l.Until - now}
}

// addressed fails where an operator's limit keeps the actor from writing in this chat.
func (d *decision) addressed() error {
	if !d.Chat.watched() || d.Chat.OneSided() && !d.pending() {
		return nil
	}
	return d.unlimited()
}

// createService makes the chat in which the server tells an account something, with the first thing it tells.
func createService(d *decision, c Create) error {
	if err := d.server(); err != nil {
		return err
	}
	if d.Direct != 0 {
		return Errorf(CodeConflict, "the account has its service chat already")
	}
	me, log := d.by.Account, c.Chat.Log()
	d.add(log, 0, Envelope{Kind: KindChatCreated}, &Created{
		Type: Service, Title: ServiceTitle, Accounts: []AccountID{0, me},
	})
	d.add(me.Log(), 0, Envelope{Kind: KindMyChat}, &MyChat{
		Chat: c.Chat, Type: Service,
		Member: Member{Account: me, Role: RoleMember, Version: 1, Joined: d.now},
	})
	return decideTell(d, c.Told)
}

// decideTell writes as the server: nobody else writes there, not even an operator (R20).
func decideTell(d *decision, c Tell) error {
	if err := d.server(); err != nil {
		return err
	}
	if d.Chat.Type != Service {
		return Errorf(CodeForbidden, "the server speaks in service chats alone")
	}
	text, entities, err := Compose(c.Text, nil)
	if err != nil {
		return err
	}
	msg := &Message{Text: text, Entities: d.spoken(entities)}
	if c.Wording.Code != "" {
		msg.Wording = &c.Wording
	}
	d.add(d.Chat.ID.Log(), 0, Envelope{Kind: KindMessage, Counted: true, Silent: c.Silent}, msg)
	return nil
}

// spoken leaves out what would make the server's words mention somebody.
func (d *decision) spoken(entities []Entity) []Entity {
	return slices.DeleteFunc(slices.Clone(entities), func(e Entity) bool { return e.Kind == EntityMention })
}

func decideNoteAct(d *decision, c NoteAct) error {
	if err := d.server(); err != nil {
		return err
	}
	d.note(d.by.Account, c.Act)
	return nil
}

func decideFile(d *decision, c File) error {
	r := c.Report
	if err := d.fileable(r); err != nil {
		return err
	}
	var err error
	if r.Comment, err = cleanNote(r.Comment, "comment"); err != nil {
		return err
	}
	if d.Filed.Same != 0 {
		return nil // it waits already
	}
	quota := uint32(MaxReportsADay)
	if d.Limit.Until > d.now {
		quota = 3
	}
	if d.Filed.Day >= quota {
		return &Error{Code: CodeRateLimited, Text: "too many reports in a day", Retry: max(d.Filed.Free-d.now, 1)}
	}
	log := ServerLog.ID(0)
	if r.Desk == DeskAdmins {
		log, r.Revealed = r.Chat.Staff(), nil
	} else {
		r.Owner, r.Staff = d.Filed.Owner, d.Filed.Staff
	}
	d.add(log, d.by.Account, Envelope{Kind: KindReport, Silent: true}, &r)
	d.counted = true
	return nil
}

// fileable checks what a report is about.
func (d *decision) fileable(r Report) error {
	switch {
	case r.Account == 0 && r.Chat == 0:
		return fieldError(CodeBadRequest, "account", "nothing is reported")
	case r.Account == d.by.Account:
		return fieldError(CodeBadRequest, "account", "nobody reports themselves")
	case r.Account != 0 && d.Person.ID == 0:
		return fieldError(CodeNotFound, "account", "no such account")
	case len(r.Seqs) > MaxReported:
		return fieldError(CodeTooMany, "seqs", "too many messages")
	case len(r.Seqs) > 0 && r.Chat == 0:
		return fieldError(CodeBadRequest, "chat", "of which chat are these messages?")
	case r.Chat != d.Chat.ID:
		return Errorf(CodeInternal, "the facts are of another chat")
	case !slices.Contains(ReportReasons(), r.Reason):
		return fieldError(CodeBadRequest, "reason", "not a published reason")
	case r.Desk != DeskAdmins && r.Desk != DeskOperator:
		return fieldError(CodeBadRequest, "desk", "admins or operator?")
	case r.Chat == 0 && r.Desk == DeskAdmins:
		return fieldError(CodeBadRequest, "desk", "only chats have admins")
	case r.Chat == 0:
		return nil
	}
	if err := d.may(RightRead); err != nil {
		return err
	}
	switch {
	case d.Chat.Type == Saved || d.Chat.Type == Service:
		return fieldError(CodeForbidden, "chat", "nobody else writes here")
	case r.Desk == DeskAdmins && d.Chat.Type == Direct:
		return fieldError(CodeBadRequest, "desk", "a direct chat has no admins")
	}
	return nil
}

// cleanNote cleans a text that goes with a report or an appeal.
func cleanNote(text, field string) (string, error) {
	if text == "" {
		return "", nil
	}
	out, _, err := cleanText(text, MaxReportText)
	if e, ok := err.(*Error); ok {
		e.Field = field
	}
	return out, err
}

func decideCloseReport(d *decision, c CloseReport) error {
	if err := d.may(RightStaff); err != nil {
		return err
	}
	switch {
	case c.Report.Report == 0 || c.Report.Log != d.Chat.ID.Staff():
		return fieldError(CodeNotFound, "report", "no such report")
	case c.Report.Closed != 0:
		return nil
	}
	d.add(d.Chat.ID.Staff(), d.by.Account, Envelope{Kind: KindReportClosed, Target: c.Report.Report}, nil)
	return nil
}

// OwnCase is why an operator neither sees nor decides a case.
const OwnCase = "nobody judges their own case: another operator does, or the console"

// operator fails for everybody but operators, and the server itself at the console.
func (d *decision) operator() error {
	if d.by.Operator || d.by.Server {
		return nil
	}
	return Errorf(CodeForbidden, "only an operator does this")
}

// judgements check a decision and add what follows from it, by act.
var judgements = [ActUphold + 1]func(*decision, Judge, *Decision) error{
	ActDismiss:  func(*decision, Judge, *Decision) error { return nil },
	ActWarn:     func(*decision, Judge, *Decision) error { return nil },
	ActSuspend:  func(*decision, Judge, *Decision) error { return nil },
	ActLimit:    judgeLimit,
	ActTakeDown: judgeTakeDown,
	ActReverse:  judgeReverse,
	ActUphold:   judgeUphold,
}

func decideJudge(d *decision, c Judge) error {
	if err := d.operator(); err != nil {
		return err
	}
	switch {
	case c.Act > ActUphold || judgements[c.Act] == nil:
		return fieldError(CodeBadRequest, "act", "not a decision")
	case len(c.Reports) > MaxTargets:
		return fieldError(CodeTooMany, "reports", "too many reports")
	case len(d.Case.Reports) != len(c.Reports):
		return fieldError(CodeNotFound, "reports", "no such report")
	case d.Case.Own:
		return fieldError(CodeForbidden, "reports", OwnCase)
	}
	for _, r := range d.Case.Reports {
		if r.Closed != 0 {
			return fieldError(CodeConflict, "reports", "it was decided already")
		}
	}
	body := &Decision{
		Reports: c.Reports, Account: c.Account, Act: c.Act, Reason: c.Reason, Console: c.Console,
	}
	if err := d.judged(c, body); err != nil {
		return err
	}
	// What follows was added before the decision itself, whose entry bears the key and so goes first.
	follows := d.events
	d.events = nil
	d.log(KindDecision, Envelope{}, body)
	d.events = append(d.events, follows...)
	return nil
}

// own reports whether an account is that of the operator who decides; the console has none.
func (d *decision) own(account AccountID) bool { return account != 0 && account == d.by.Account }

// judged checks whom a decision is about and adds what follows from it.
func (d *decision) judged(c Judge, body *Decision) error {
	overSomebody := c.Act != ActDismiss && c.Act != ActReverse && c.Act != ActUphold
	switch {
	case overSomebody && c.Act != ActTakeDown && (c.Account == 0 || d.Person.ID == 0):
		return fieldError(CodeNotFound, "account", "no such account")
	case overSomebody && c.Act != ActTakeDown && len(c.Reports) > 0 && !d.Case.about(c.Account):
		return fieldError(CodeBadRequest, "account", "the reports are not about this account")
	case d.own(c.Account) || d.own(d.Case.Decision.Account) || d.own(d.Case.Owner):
		return fieldError(CodeForbidden, "account", OwnCase)
	case overSomebody && len(c.Reports) == 0 && !d.by.Server:
		return fieldError(CodeBadRequest, "reports", "which report is decided?")
	case overSomebody && !slices.Contains(DecisionReasons(), c.Reason):
		return fieldError(CodeBadRequest, "reason", "not a published reason")
	}
	if err := judgements[c.Act](d, c, body); err != nil {
		return err
	}
	if body.Act == ActDismiss || body.Account == 0 {
		return nil
	}
	d.note(body.Account, OperatorAct{
		Act: body.Act, Reason: body.Reason, Until: body.Until, Decision: d.decided(body), Chat: body.Chat,
		Messages: uint32(len(body.Seqs)), Console: body.Console,
	})
	return nil
}

// decided is the number of the decision that an act belongs to: its own, which is the next of the server log,
// or that which it takes back or upholds.
func (d *decision) decided(body *Decision) Seq {
	if body.Reversed != 0 {
		return body.Reversed
	}
	return d.Case.Head + 1
}

func judgeLimit(d *decision, c Judge, body *Decision) error {
	if c.Until <= d.now || c.Until > d.now+MaxLimit {
		return fieldError(CodeBadRequest, "until_ms", "a date within a year")
	}
	body.Until = c.Until
	return nil
}

// judgeTakeDown deletes messages of a public chat, erases photos that everybody may see, or takes a public
// name away. What is private is nobody's to take down: an operator has no right in any chat (R20).
func judgeTakeDown(d *decision, c Judge, body *Decision) error {
	body.Photos = c.Photos
	switch {
	case len(c.Photos) > MaxTargets:
		return fieldError(CodeTooMany, "photos", "too many photos")
	case len(c.Photos) > 0 && len(c.Seqs) > 0:
		return fieldError(CodeBadRequest, "photos", "messages or photos?")
	case len(c.Photos) > 0 && d.Chat.ID == 0:
		return d.unpicture(c)
	}
	if err := d.alive(); err != nil {
		return err
	}
	switch {
	case !d.Chat.Public() || d.Chat.Type != Group && d.Chat.Type != Channel:
		return fieldError(CodeForbidden, "chat", "only what is public can be taken down")
	case len(c.Seqs) > MaxTargets:
		return fieldError(CodeTooMany, "seqs", "too many messages")
	case slices.ContainsFunc(d.Case.Reports, func(r ReportState) bool { return r.Chat != d.Chat.ID }):
		return fieldError(CodeBadRequest, "chat", "the reports are not about this chat")
	}
	body.Chat, body.Seqs = d.Chat.ID, c.Seqs
	switch {
	case len(c.Photos) > 0:
		if err := d.unpictureChat(c); err != nil {
			return err
		}
		body.Account = d.answers()
	case len(c.Seqs) == 0:
		body.Name, body.Account = d.Chat.Name, d.Case.Owner
		none, down := "", true
		d.add(d.Chat.ID.Log(), 0, Envelope{Kind: KindChatInfo, Silent: true}, &InfoChange{Name: &none, Down: &down})
	default:
		if err := d.takeDown(c, body); err != nil {
			return err
		}
	}
	act := OperatorAct{
		Act: ActTakeDown, Reason: c.Reason, Decision: d.Case.Head + 1, Chat: d.Chat.ID,
		Messages: uint32(len(c.Seqs)), Console: c.Console,
	}
	d.add(d.Chat.ID.Staff(), 0, Envelope{Kind: KindOperatorAct}, &act)
	if owner := d.Case.Owner; owner != 0 && owner != body.Account {
		d.note(owner, act)
	}
	return nil
}

// takeDown deletes messages that reports revealed. It is about their author, in channels about the owner.
func (d *decision) takeDown(c Judge, body *Decision) error {
	author, gone := AccountID(0), 0
	for i, seq := range c.Seqs {
		if !slices.Contains(d.Case.Named, seq) {
			return fieldError(CodeBadRequest, "seqs", "no report revealed this message")
		}
		target, ok := d.Refs[seq]
		switch {
		case !ok || target.Redacted:
			gone++
			continue
		case target.Kind != KindMessage || slices.Contains(c.Seqs[:i], seq):
			return fieldError(CodeBadRequest, "seqs", "only messages, each once")
		case d.Chat.Type == Group && author != 0 && author != target.Author:
			return fieldError(CodeBadRequest, "seqs", "a decision is about the messages of one author")
		}
		author = target.Author
		env := Envelope{Kind: KindDelete, Silent: true, Target: seq}
		var left Body
		if from := importedOf(target.Body); from != nil && from.Number != 0 {
			left = &Redaction{Number: from.Number}
		}
		d.add(d.Chat.ID.Log(), 0, env, left)
	}
	if gone == len(c.Seqs) {
		return fieldError(CodeTargetGone, "seqs", "the messages are not there or were deleted")
	}
	if body.Account = author; d.Chat.Type == Channel || author == 0 {
		body.Account = d.answers()
	}
	return nil
}

// answers is who answers for the chat of the case: its owner when it was reported.
func (d *decision) answers() AccountID {
	if len(d.Case.Owned) > 0 {
		return d.Case.Owned[0]
	}
	return d.Case.Owner
}

// unpicture erases photos that the reported account shows to everybody.
func (d *decision) unpicture(c Judge) error {
	other := func(r ReportState) bool { return r.Account != c.Account }
	switch {
	case c.Account == 0 || d.Person.ID == 0:
		return fieldError(CodeNotFound, "account", "no such account")
	case slices.ContainsFunc(d.Case.Reports, other):
		return fieldError(CodeBadRequest, "account", "the reports are not about this account")
	case d.Person.Privacy.Photo != PhotoEverybody:
		return fieldError(CodeForbidden, "photos", "only what is public can be taken down")
	}
	return d.erased(c, func(seq Seq) bool {
		there := slices.ContainsFunc(d.Case.Photos, func(p PlacedPhoto) bool { return p.Seq == seq })
		if there {
			d.add(c.Account.Log(), 0, Envelope{Kind: KindAccountPhotoRemoved, Target: seq}, nil)
		}
		return there
	})
}

// unpictureChat erases photos of the chat.
func (d *decision) unpictureChat(c Judge) error {
	return d.erased(c, func(seq Seq) bool {
		ref, ok := d.Refs[seq]
		there := ok && ref.Kind == KindChatPhoto && ref.Body != nil
		if there {
			d.add(d.Chat.ID.Log(), 0, Envelope{Kind: KindChatPhotoRemoved, Target: seq, Silent: true}, nil)
		}
		return there
	})
}

// erased erases photos, each once; it fails where none of them is there.
func (d *decision) erased(c Judge, erase func(Seq) bool) error {
	gone := true
	for i, seq := range c.Photos {
		if slices.Contains(c.Photos[:i], seq) {
			return fieldError(CodeBadRequest, "photos", "each once")
		}
		gone = !erase(seq) && gone
	}
	if gone {
		return fieldError(CodeTargetGone, "photos", "the photos are not there any more")
	}
	return nil
}

// judgeReverse takes a decision back: a limit and a suspension end, a public name comes back. Messages that
// were deleted are gone; the server gives their author the words.
func judgeReverse(d *decision, c Judge, body *Decision) error {
	was := d.Case.Decision
	switch {
	case c.Decision == 0 || was.Decision != c.Decision || was.Act < ActWarn || was.Act > ActTakeDown:
		return fieldError(CodeNotFound, "decision", "no such decision")
	case was.Reversed != 0:
		return fieldError(CodeConflict, "decision", "it was taken back already")
	case was.Act == ActTakeDown && was.Name != "" && d.Chat.ID != was.Chat:
		return Errorf(CodeInternal, "the facts are of another chat")
	}
	body.Account, body.Reversed, body.Reason, body.Chat = was.Account, was.Decision, was.Reason, was.Chat
	body.Appealed = was.Appeal == AppealOpen
	if was.Name != "" && !d.Chat.Deleted && d.Chat.Down {
		name, down := was.Name, false
		d.add(d.Chat.ID.Log(), 0, Envelope{Kind: KindChatInfo, Silent: true}, &InfoChange{Name: &name, Down: &down})
	}
	if was.Chat != 0 {
		d.add(was.Chat.Staff(), 0, Envelope{Kind: KindOperatorAct}, &OperatorAct{
			Act: ActReverse, Reason: was.Reason, Decision: was.Decision, Chat: was.Chat, Console: c.Console,
		})
	}
	return nil
}

func judgeUphold(d *decision, c Judge, body *Decision) error {
	was := d.Case.Decision
	switch {
	case c.Decision == 0 || was.Decision != c.Decision:
		return fieldError(CodeNotFound, "decision", "no such decision")
	case was.Appeal != AppealOpen:
		return fieldError(CodeConflict, "decision", "no appeal against it is open")
	}
	body.Account, body.Reversed, body.Reason, body.Appealed = was.Account, was.Decision, was.Reason, true
	return nil
}

func decideAppeal(d *decision, c FileAppeal) error {
	was := d.Case.Decision
	switch {
	case c.Decision == 0 || was.Decision != c.Decision || was.Account != d.by.Account:
		return fieldError(CodeNotFound, "decision", "no such decision about you")
	case was.Reversed != 0 || was.Appeal != AppealNone:
		return fieldError(CodeConflict, "decision", "it was taken back, or appealed against already")
	case d.now > was.At+AppealWithin:
		return fieldError(CodeForbidden, "decision", "it is too late to appeal")
	}
	text, err := AppealText(c.Text)
	if err != nil {
		return err
	}
	d.log(KindAppeal, Envelope{}, &Appeal{Decision: c.Decision, Text: text})
	return nil
}

// AppealText is what an appeal says, as it is kept.
func AppealText(raw string) (string, error) {
	text, err := cleanNote(raw, "text")
	if err == nil && text == "" {
		err = fieldError(CodeBadText, "text", "it is empty")
	}
	return text, err
}

func decideKeep(d *decision, c Keep) error {
	if err := d.server(); err != nil {
		return err
	}
	if c.Report != nil {
		d.log(KindReportKept, Envelope{Target: c.Target}, c.Report)
	} else {
		d.log(KindAppealKept, Envelope{Target: c.Target}, &AppealKept{Decision: c.Decision})
	}
	return nil
}

func projectReport(e Entry, r *Report) []Change {
	return []Change{ReportSet{ReportState{
		Log: e.Log, At: e.At, Reporter: e.Author, Account: r.Account, Chat: r.Chat, Reason: r.Reason,
	}}}
}

// projectKept says of a report what its own entry no longer does.
func projectKept(e Entry, r *Report) []Change {
	return []Change{Superseded{Target: e.Env.Target}, ReportSet{ReportState{
		Log: e.Log, Report: e.Env.Target, At: r.At, Reporter: r.Reporter, Account: r.Account, Chat: r.Chat,
		Reason: r.Reason, Decision: r.Decision, Closed: r.Closed, Kept: true,
	}}}
}

func projectReportClosed(e Entry, _ Body) []Change {
	return []Change{ReportDone{Log: e.Log, Report: e.Env.Target, At: e.At}}
}

func projectDecision(e Entry, b *Decision) []Change {
	changes := []Change{DecisionMade{DecisionState{
		At: e.At, Account: b.Account, Chat: b.Chat, Act: b.Act, Reason: b.Reason, Until: b.Until, Name: b.Name,
	}}}
	for _, r := range b.Reports {
		changes = append(changes, ReportDone{Log: e.Log, Report: r, At: e.At})
	}
	if b.Act == ActReverse {
		changes = append(changes, DecisionReversed{b.Reversed})
	}
	if b.Appealed {
		changes = append(changes, AppealAnswered{b.Reversed, b.Act == ActReverse, e.At})
	}
	return changes
}

// projectAct lists an act for the account it was done to; a chat's staff reads its own in the staff log.
func projectAct(e Entry, a *OperatorAct) []Change {
	if e.Log.Kind() != UserLog {
		return nil
	}
	return []Change{ActNoted{Account: e.Log.Account(), At: e.At, Act: *a}}
}
