// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
)

// Engine is the one writer of a store and the one reader that checks rights. Start begins its committer
// goroutine, Close waits for it.
type Engine struct {
	cfg Config
}

// Handle is an actor's right to read or append to one log. Open is the only way to one.
type Handle struct {
	engine *Engine
	actor  chat.Actor
	log    chat.LogID
}

// Follower gives everything the store grows by, once and in commit order.
type Follower struct {
	engine *Engine
}

// Start begins an engine over a store. ctx bounds the start alone.
func Start(ctx context.Context, cfg Config) (*Engine, error) {
	return &Engine{cfg: cfg}, nil
}

// Close answers what waits, flushes views and read marks, and ends every goroutine of the engine. It does not
// close the store.
func (e *Engine) Close() error { return nil }

func unready() error { return chat.Errorf(chat.CodeUnavailable, "the engine is not complete yet") }

// Incarnation names this life of the store (I12).
func (e *Engine) Incarnation() chat.Incarnation { return chat.Incarnation{} }

// Create makes a group or a channel owned by the actor; invited accounts are invited, never added.
func (e *Engine) Create(ctx context.Context, actor chat.Actor, room NewChat, key chat.Key) (Receipt, error) {
	return Receipt{}, unready()
}

// OpenDirect returns the one chat of the actor and the peer (of the actor alone: saved messages), and makes
// it where there is none.
func (e *Engine) OpenDirect(ctx context.Context, actor chat.Actor, peer chat.AccountID, key chat.Key) (
	chat.ChatID, error) {
	return 0, unready()
}

// Join joins a chat, or asks to.
func (e *Engine) Join(ctx context.Context, actor chat.Actor, by JoinBy, key chat.Key) (Joined, error) {
	return Joined{}, unready()
}

// ResolveName finds who or what has a public name, with or without "@".
func (e *Engine) ResolveName(ctx context.Context, actor chat.Actor, name string) (Found, error) {
	return Found{}, unready()
}

// ResolveInvite finds the chat of a link's token.
func (e *Engine) ResolveInvite(ctx context.Context, actor chat.Actor, token string) (Found, error) {
	return Found{}, unready()
}

// People returns accounts as the actor may see them: last seen obeys the switches of both sides.
func (e *Engine) People(ctx context.Context, actor chat.Actor, ids []chat.AccountID) ([]chat.Person, error) {
	return nil, unready()
}

// Forward copies messages from a chat the actor may read into one it may write in. Both answers have
// one element for each message.
func (e *Engine) Forward(ctx context.Context, actor chat.Actor, f Forward) ([]Receipt, []error) {
	return nil, []error{unready()}
}

// Sync catches an account up in one call.
func (e *Engine) Sync(ctx context.Context, actor chat.Actor, q SyncQuery) (SyncResult, error) {
	return SyncResult{}, unready()
}

// MarkRead moves the actor's read mark forward. At most one mark in Config.ReadGap becomes an entry; a call
// answers when its own or a later mark is durable.
func (e *Engine) MarkRead(ctx context.Context, actor chat.Actor, room chat.ChatID, seq chat.Seq) (
	chat.ReadMark, error) {
	return chat.ReadMark{}, unready()
}

// State returns the actor's folded user log and the head it includes at least.
func (e *Engine) State(ctx context.Context, actor chat.Actor) (UserState, chat.Head, error) {
	return UserState{}, chat.Head{}, unready()
}

// Audience returns everyone who is in a chat, for the hub: not an answer to anybody.
func (e *Engine) Audience(ctx context.Context, room chat.ChatID) (Audience, error) {
	return Audience{}, unready()
}

// Seen records when accounts were last online.
func (e *Engine) Seen(ctx context.Context, seen map[chat.AccountID]chat.Millis) error {
	return unready()
}

// Follow gives what grew after a position, in commit order. Close it.
func (e *Engine) Follow(after chat.Pos) *Follower { return &Follower{engine: e} }

// Next waits until something grew and returns about limit entries of it at most, shared: read only.
func (f *Follower) Next(ctx context.Context, limit int) (Growth, error) { return Growth{}, unready() }

// Close ends the follower; a Next that waits returns.
func (f *Follower) Close() {}

// Chat returns the chat's settings as they were when the handle was opened.
func (h *Handle) Chat() chat.Chat { return chat.Chat{} }

// Me returns the actor's standing as it was when the handle was opened.
func (h *Handle) Me() chat.Member { return chat.Member{} }

// Row returns the chat as a row of the actor's chat list, also where the actor is not in it.
func (h *Handle) Row(ctx context.Context) (ListRow, error) { return ListRow{}, unready() }

// Read goes forward: items with seq > after, at most limit.
func (h *Handle) Read(ctx context.Context, after chat.Seq, limit int) (ReadResult, error) {
	return ReadResult{}, unready()
}

// Page reads history.
func (h *Handle) Page(ctx context.Context, q PageQuery) (Page, error) { return Page{}, unready() }

// Get returns the items of the given seqs that exist and that the actor may see, ascending.
func (h *Handle) Get(ctx context.Context, seqs []chat.Seq) ([]chat.Item, error) {
	return nil, unready()
}

// Changes names what a client that cached pages as of a seq has to fetch again.
func (h *Handle) Changes(ctx context.Context, after chat.Seq) (Changes, error) {
	return Changes{}, unready()
}

// Common returns the greatest sample that is an entry of this log with the same chain; 0: none.
func (h *Handle) Common(ctx context.Context, samples []Sample) (chat.Seq, error) { return 0, unready() }

// Tallies returns the tallies of entries that have any.
func (h *Handle) Tallies(ctx context.Context, seqs []chat.Seq) ([]chat.Tally, error) {
	return nil, unready()
}

// React replaces all reactions of the actor on an entry; none takes them back.
func (h *Handle) React(ctx context.Context, seq chat.Seq, emojis []string) (chat.Tally, error) {
	return chat.Tally{}, unready()
}

// Reactors lists who reacted to an entry, by account number. In channels nobody sees them.
func (h *Handle) Reactors(ctx context.Context, seq chat.Seq, after chat.AccountID, limit int) (
	[]Reactor, error) {
	return nil, unready()
}

// View counts entries of a channel as seen by the actor, once in 48 hours.
func (h *Handle) View(ctx context.Context, seqs []chat.Seq) error { return unready() }

// Members lists members by account number; of a channel only to its staff.
func (h *Handle) Members(ctx context.Context, q MemberQuery) (MemberList, error) {
	return MemberList{}, unready()
}

// Links lists the invite links of the chat.
func (h *Handle) Links(ctx context.Context) ([]chat.InviteLink, error) { return nil, unready() }

// Requests lists who asked to join.
func (h *Handle) Requests(ctx context.Context) ([]chat.JoinRequest, error) { return nil, unready() }

// NewAccount returns an account number never given before.
func (e *Engine) NewAccount(ctx context.Context) (chat.AccountID, error) { return 0, unready() }

// NewDevice returns a device number never given before.
func (e *Engine) NewDevice(ctx context.Context) (chat.DeviceID, error) { return 0, unready() }
