// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

// Event is an entry that a command becomes: all of it but what the store assigns. The engine encodes the
// body, adds the changes that Project gives, and appends the events of one command as one batch, in order.
type Event struct {
	Log    LogID
	At     Millis
	Author AccountID
	Env    Envelope
	Body   Body // nil where the kind has none
}

// Entry returns the event as an entry without a place, as Project reads it.
func (e Event) Entry() Entry {
	return Entry{Log: e.Log, At: e.At, Author: e.Author, Env: e.Env}
}

// Decide turns a command into the events it becomes, or into an Error that says why not. It is pure: what
// holds of the facts, holds of the outcome. No events and no error means that it is so already and there is
// nothing to write.
//
// The facts must be true when the events are stored: a batch with events of a chat is conditioned on the
// facts version of that chat, and one with a KindMyChat event also on the head of that user log, because
// joining does not raise the facts version.
func Decide(facts Facts, actor Actor, cmd Command, now Millis) ([]Event, error) {
	h, ok := handlerOf(cmd)
	if !ok {
		return nil, Errorf(CodeUnknownMethod, "unknown command %T", cmd)
	}
	if err := actor.May(h.scope); err != nil {
		return nil, err
	}
	if facts.Me.Deleted && !actor.Server && NeedsOf(facts.Chat, actor.Account, cmd).Me {
		return nil, Errorf(CodeRevoked, "the account was deleted")
	}
	d := &decision{Facts: facts, by: actor, now: now}
	if err := h.decide(d, cmd); err != nil {
		return nil, err
	}
	d.ownerLooks()
	if d.used != (Spent{}) || d.counted {
		// Also where nothing of an allowance is used but something is counted elsewhere: it moves the actor's log
		// on, so that of two that were decided upon the same count one is decided again.
		d.tell(KindSpent, &d.used)
	}
	return d.events, nil
}

// handler is what to do with one command.
type handler struct {
	scope  Scopes
	decide func(*decision, Command) error
	needs  func(Chat, Command) Needs // nil: nothing special
}

// on makes the handler of a command's type.
func on[C Command](scope Scopes, decide func(*decision, C) error, needs func(Chat, C) Needs) handler {
	h := handler{scope: scope, decide: func(d *decision, cmd Command) error {
		c, ok := cmd.(C)
		if !ok {
			return Errorf(CodeInternal, "command %T is passed by value", cmd)
		}
		return decide(d, c)
	}}
	if needs != nil {
		h.needs = func(room Chat, cmd Command) Needs {
			c, ok := cmd.(C)
			if !ok {
				return Needs{}
			}
			return needs(room, c)
		}
	}
	return h
}

// handlers has one line for each command.
var handlers = [opEnd]handler{
	opSend:          on(ScopeSend, decideSend, needSend),
	opForward:       on(ScopeSend, decideForward, needForward),
	opEdit:          on(ScopeSend, decideEdit, needEdit),
	opDelete:        on(ScopeSend, decideDelete, needDelete),
	opPin:           on(ScopeSend, decidePin, needPin),
	opSetInfo:       on(ScopeManage, decideInfo, nil),
	opCreate:        on(ScopeManage, decideCreate, needCreate),
	opDeleteChat:    on(ScopeManage, decideDeleteChat, nil),
	opJoin:          on(ScopeManage, decideJoin, needJoin),
	opLeave:         on(ScopeManage, decideLeave, needLeave),
	opInvite:        on(ScopeManage, decideInvite, needInvite),
	opAnswer:        on(ScopeManage, decideAnswer, needAnswer),
	opSetMember:     on(ScopeManage, decideMember, needMember),
	opTransfer:      on(ScopeManage, decideTransfer, needTransfer),
	opAnswerOffer:   on(ScopeManage, decideOffered, needOffered),
	opCreateLink:    on(ScopeManage, decideCreateLink, nil),
	opRevokeLink:    on(ScopeManage, decideRevokeLink, needRevokeLink),
	opDecideRequest: on(ScopeManage, decideRequest, needRequest),
	opMarkRead:      on(ScopeSend, decideRead, needRead),
	opSetDraft:      on(ScopeSend, decideDraft, needMe),
	opSetPrefs:      on(ScopeSend, decidePrefs, needMe),
	opSetBlock:      on(ScopeManage, decideBlock, needBlock),
	opSetPrivacy:    on(ScopeManage, decidePrivacy, needMe),
	opSetProfile:    on(ScopeManage, decideProfile, needMe),
	opSetContact:    on(ScopeManage, decideContact, needContact),
	opSetPersonal:   on(ScopeManage, decidePersonal, needPersonal),
	opNoteDevice:    on(ScopeManage, decideDevice, needMe),
	opImport:        on(ScopeManage, decideImport, needImport),
	opTell:          on(ScopeManage, decideTell, nil),
	opNoteAct:       on(ScopeManage, decideNoteAct, needMe),
	opFile:          on(ScopeSend, decideFile, needFile),
	opCloseReport:   on(ScopeManage, decideCloseReport, nil),
	opJudge:         on(ScopeManage, decideJudge, needJudge),
	opAppeal:        on(ScopeManage, decideAppeal, needAppeal),
	opKeep:          on(ScopeManage, decideKeep, needKeep),
	opGiveFeedback:  on(ScopeSend, decideGiveFeedback, needBoard),
	opSetFeedback:   on(ScopeManage, decideSetFeedback, nil),
	opVoteFeedback:  on(ScopeSend, decideVoteFeedback, needBoard),
	opSetPhoto:      on(ScopeManage, decideSetPhoto, needSetPhoto),
	opRemovePhoto:   on(ScopeManage, decideRemovePhoto, needRemovePhoto),
	opEraseMessages: on(ScopeManage, decideEraseMessages, needEraseMessages),
	opEraseAccount:  on(ScopeManage, decideEraseAccount, nil),
}

func handlerOf(cmd Command) (handler, bool) {
	if cmd == nil {
		return handler{}, false
	}
	i := cmd.op()
	return handlers[i], handlers[i].decide != nil
}

// decision is one run of Decide.
type decision struct {
	Facts
	by     Actor
	now    Millis
	events []Event
	used   Spent // of the daily allowances
	// counted says that how many such entries the actor wrote is bounded, and told by other logs.
	counted bool
	offers  bool // to whom the chat is offered changed
	owner   bool // the owner is told their standing anyway
}

// may reports whether the actor has the right now.
func (d *decision) may(right Right) error { return d.May(right, d.now) }

// say adds an entry of the chat log, by the actor. In channels the engine's readers never see whose it is
// (Entry.Shown), but the store keeps it, because authors may edit what they wrote.
func (d *decision) say(env Envelope, body Body) {
	d.add(d.Chat.ID.Log(), d.by.Account, env, body)
}

// tell adds an entry of the actor's user log.
func (d *decision) tell(kind Kind, body Body) {
	d.add(d.by.Account.Log(), d.by.Account, Envelope{Kind: kind}, body)
}

// report adds an entry of the staff log.
func (d *decision) report(kind Kind, body Body) {
	d.add(d.Chat.ID.Staff(), d.by.Account, Envelope{Kind: kind}, body)
}

func (d *decision) add(log LogID, author AccountID, env Envelope, body Body) {
	d.events = append(d.events, Event{Log: log, At: d.now, Author: author, Env: env, Body: body})
}

// server fails unless the server itself acts.
func (d *decision) server() error {
	if d.by.Server {
		return nil
	}
	return Errorf(CodeForbidden, "only the server itself does this")
}

// ref returns an entry the command names, if it can be seen by the actor and is not gone.
func (d *decision) ref(seq Seq, field string) (Ref, error) {
	r, ok := d.Refs[seq]
	if !ok || r.Redacted || seq == 0 || seq < d.Actor.From && !d.by.Server {
		return Ref{}, fieldError(CodeTargetGone, field, "the message is not there or was deleted")
	}
	return r, nil
}
