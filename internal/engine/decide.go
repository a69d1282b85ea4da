// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
)

// decide makes a plan of a command. It begins with what the cache says. Neither a refusal nor that there is
// nothing to do is ever said from the cache, as no condition tells that it is out of date, and what changes
// standings needs conditions the cache does not have: all are decided again upon what the store says.
func (e *Engine) decide(ctx context.Context, r request) (plan, error) {
	if err := e.payClaim(ctx, r); err != nil {
		return plan{}, err
	}
	f, ok := e.facts.get(r.room, r.actor.Account)
	if ok && r.room != 0 && f.Chat.SlowSeconds == 0 {
		needs := chat.NeedsOf(f.Chat, r.actor.Account, r.cmd)
		if needs.Target == 0 && len(needs.People) == 0 && !needs.Case && !needs.Owning {
			p, err := e.decideUpon(ctx, r, basis{facts: f, needs: needs})
			if err == nil && !p.incomplete && len(p.batch.Entries) > 0 {
				return p, nil
			}
		}
	}
	return e.decideFresh(ctx, r)
}

// basis is what a command is decided upon.
type basis struct {
	facts chat.Facts
	needs chat.Needs
	heads []chat.Head // of user logs whose standings may change; nil: none may
	// hidden are those who are not there for the actor.
	hidden map[chat.AccountID]bool
}

// decideFresh makes a plan upon what the store says now. Heads are read before facts, so that a batch
// conditioned on them finds the standings as they were read, or conflicts.
func (e *Engine) decideFresh(ctx context.Context, r request) (plan, error) {
	var room chat.Chat
	var err error
	if r.room != 0 {
		f, err := e.freshFacts(ctx, r.room, r.actor.Account, 0)
		if err != nil {
			return plan{}, err
		}
		room = f.Chat
	}
	b := basis{needs: chat.NeedsOf(room, r.actor.Account, r.cmd), heads: []chat.Head{}}
	if b.hidden, err = e.hidden(ctx, r, b.needs); err != nil {
		return plan{}, err
	}
	logs := make([]chat.LogID, 0, 2)
	for _, a := range []chat.AccountID{r.actor.Account, b.needs.Target} {
		if a != 0 {
			logs = append(logs, a.Log())
		}
	}
	if b.needs.Case {
		logs = append(logs, chat.ServerLog.ID(0))
	}
	if b.heads, err = e.store.Heads(ctx, logs); err != nil {
		return plan{}, fmt.Errorf("heads: %w", err)
	}
	if b.needs.Waiting {
		if r.room, err = e.requestOf(ctx, r.actor.Account, b.needs.Target); err != nil {
			return plan{}, err
		}
	}
	if b.facts, err = e.freshFacts(ctx, r.room, r.actor.Account, b.needs.Target); err != nil {
		return plan{}, err
	}
	if b.needs.Case {
		b.facts.Case.Head = b.heads[len(b.heads)-1].Seq
	}
	if b.needs.Owning || b.needs.Offered && b.facts.Actor.Offered() {
		if err := e.readOwning(ctx, r.room, &b); err != nil {
			return plan{}, err
		}
	}
	p, err := e.decideUpon(ctx, r, b)
	if err == nil && p.incomplete {
		err = chat.Errorf(chat.CodeInternal, "%T changes a standing that it did not name", r.cmd)
	}
	return p, err
}

// decideUpon fills what the command needs, decides it, and makes a batch of the outcome.
func (e *Engine) decideUpon(ctx context.Context, r request, b basis) (plan, error) {
	if err := e.fill(ctx, r, b.needs, &b.facts); err != nil {
		return plan{}, err
	}
	hide(&b.facts, b.hidden)
	f := b.facts
	events, err := chat.Decide(f, r.actor, r.cmd, e.now())
	if err != nil {
		return plan{}, err
	}
	p := plan{kind: f.Chat.Type, batch: Batch{Device: r.actor.Device, Key: r.key}}
	if f.Chat.SlowSeconds > 0 && posts(events) && !f.Actor.Role.Staff() {
		p.slow, p.joins = &seat{r.room, r.actor.Account}, b.needs.Album != (chat.AlbumID{})
	}
	if err := e.fillPlan(&p, r, b, events); err != nil {
		return p, err
	}
	return p, e.wake(ctx, r, f, &p)
}

func posts(events []chat.Event) bool {
	for _, ev := range events {
		if ev.Env.Kind == chat.KindMessage {
			return true
		}
	}
	return false
}

// fillPlan adds the entries of a plan and the conditions they were decided under.
func (e *Engine) fillPlan(p *plan, r request, b basis, events []chat.Event) error {
	create, creating := r.cmd.(chat.Create)
	if creating {
		// Nobody has a standing in a chat that is being made, so there is none to change behind our back; but
		// how many chats its owner has does change.
		p.kind = create.Type
		p.condition(r.actor.Account.Log(), b.heads)
		return e.addEvents(p, events)
	}
	if r.room != 0 {
		p.batch.Cond = append(p.batch.Cond, Cond{Kind: CondFacts, Log: r.room.Log(), Value: b.facts.Chat.Facts})
	}
	if b.needs.Case {
		p.condition(chat.ServerLog.ID(0), b.heads)
	}
	if b.needs.Waiting {
		p.condition(r.actor.Account.Log(), b.heads)
	}
	if b.facts.Chat.OneSided() && posts(events) {
		// How many messages a stranger has written is told by the head.
		head := uint64(b.facts.Head.Seq)
		p.batch.Cond = append(p.batch.Cond, Cond{Kind: CondHead, Log: r.room.Log(), Value: head})
	}
	for _, ev := range events {
		// Of two commands that use a daily allowance at once, one is decided again: either moves the log on.
		// So it is with profiles and personal links: whether one is given up depends on the one before; and with
		// photos that go: whom they are shown to, and which there are.
		if moves(ev.Env.Kind) && !p.condition(ev.Log, b.heads) {
			p.incomplete = true
		}
	}
	return e.addEvents(p, events)
}

// moves reports whether what is decided about an account follows from what its log held before.
func moves(k chat.Kind) bool {
	return k == chat.KindMyChat || k == chat.KindSpent || k == chat.KindProfile || k == chat.KindPersonal ||
		k == chat.KindAccountPhotoRemoved
}

// condition makes the batch depend on the head of a user log, if that was read.
func (p *plan) condition(log chat.LogID, heads []chat.Head) bool {
	for _, h := range heads {
		if h.Log == log {
			p.batch.Cond = append(p.batch.Cond, Cond{Kind: CondHead, Log: log, Value: uint64(h.Seq)})
			return true
		}
	}
	return false
}

// fill puts into facts what the rules need to know.
func (e *Engine) fill(ctx context.Context, r request, n chat.Needs, f *chat.Facts) error {
	for _, part := range [...]struct {
		needed bool
		fill   func(context.Context, request, chat.Needs, *chat.Facts) error
	}{
		{n.Target != 0 || n.Me, e.fillPersons},
		{len(n.People) > 0, e.fillPeople},
		{len(n.Refs) > 0, e.fillRefs},
		{len(n.Names) > 0, e.fillNames},
		{len(n.Inside) > 0, e.fillInside},
		{n.Token != "", e.fillLink},
		{n.Asked, e.fillAsked},
		{n.Direct, e.fillDirect},
		{n.Head, e.fillHead},
		{n.Read, e.fillRead},
		{n.Held, e.fillHeld},
		{n.Admins, e.fillAdmins},
		{n.Linked, e.fillLinked},
		{n.Known != 0, e.fillContact},
		{n.Limit, e.fillLimit},
		{n.Filed, e.fillFiled},
		{n.Board, e.fillBoard},
		{n.Case, e.fillCase},
		{n.Stranger && n.Target != 0, e.fillKnown},
		{n.Day, e.fillDay},
		{len(n.Files) > 0, e.fillFiles},
		{n.Photos, e.fillPhotos},
		{n.Preview != "", e.fillCard},
		{n.Album != (chat.AlbumID{}), e.fillAlbum},
	} {
		if !part.needed {
			continue
		}
		if err := part.fill(ctx, r, n, f); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) fillPersons(ctx context.Context, r request, n chat.Needs, f *chat.Facts) error {
	people, err := e.store.People(ctx, []chat.AccountID{r.actor.Account, n.Target})
	if err != nil {
		return fmt.Errorf("people: %w", err)
	}
	for _, p := range people {
		if p.ID == r.actor.Account {
			f.Me = p
		}
		if p.ID == n.Target && n.Target != 0 {
			f.Person = p
		}
	}
	return nil
}

func (e *Engine) fillPeople(ctx context.Context, r request, n chat.Needs, f *chat.Facts) error {
	if len(n.People) > chat.MaxInvites {
		return nil // refused for their number
	}
	people, err := e.store.People(ctx, n.People)
	if err != nil {
		return fmt.Errorf("people: %w", err)
	}
	knowing, err := e.store.Knowing(ctx, r.actor.Account, n.People...)
	if err != nil {
		return fmt.Errorf("who knows: %w", err)
	}
	f.People = make(map[chat.AccountID]chat.Party, len(people))
	for _, p := range people {
		two, err := e.store.Facts(ctx, 0, r.actor.Account, p.ID)
		if err != nil {
			return fmt.Errorf("facts of two: %w", err)
		}
		f.People[p.ID] = chat.Party{
			Person: p, Blocked: two.Blocked, Known: slices.Contains(knowing, p.ID),
		}
	}
	return nil
}

func (e *Engine) fillRefs(ctx context.Context, r request, n chat.Needs, f *chat.Facts) error {
	if len(n.Refs) > chat.MaxTargets {
		return nil // refused for their number
	}
	items, err := e.store.Get(ctx, r.room.Log(), n.Refs)
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	f.Refs = make(map[chat.Seq]chat.Ref, len(items))
	for _, it := range items {
		ref, err := e.refOf(it)
		if err != nil {
			return err
		}
		f.Refs[it.Seq] = ref
	}
	return nil
}

// fillAlbum counts what the actor has sent of an album since they wrote anything else. What they deleted
// since is of it where any of it still stands: nobody gains room by deleting.
//
// ROOM-1
func (e *Engine) fillAlbum(ctx context.Context, r request, n chat.Needs, f *chat.Facts) error {
	seqs, err := e.store.Lately(ctx, r.room, r.actor.Account, chat.MaxAlbum)
	if err != nil {
		return fmt.Errorf("lately: %w", err)
	}
	items, err := e.store.Get(ctx, r.room.Log(), seqs)
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	slices.SortFunc(items, func(a, b chat.Item) int { return cmp.Compare(b.Seq, a.Seq) })
	gone := 0
	for _, it := range items {
		if it.Overlay != nil && it.Overlay.Redacted {
			gone++
			continue
		}
		body, err := e.bodyOf(it)
		if err != nil {
			return err
		}
		if msg, ok := body.(*chat.Message); !ok || msg.Album != n.Album {
			break
		}
		f.AlbumSent++
	}
	if f.AlbumSent > 0 {
		f.AlbumSent += gone
	}
	return nil
}

func (e *Engine) refOf(it chat.Item) (chat.Ref, error) {
	ref := chat.Ref{Kind: it.Env.Kind, Author: it.Author, At: it.At}
	ref.Redacted = it.Overlay != nil && it.Overlay.Redacted
	body, err := e.bodyOf(it)
	ref.Body = body
	return ref, err
}

// bodyOf decodes an item's body as it stands today; nil where it has none.
func (e *Engine) bodyOf(it chat.Item) (chat.Body, error) {
	current := it.Current()
	if len(current) == 0 {
		return nil, nil
	}
	body, err := e.codec.Decode(it.Env.Kind, current)
	if err != nil {
		return nil, fmt.Errorf("decode %s/%d: %w", it.Log, it.Seq, err)
	}
	return body, nil
}

// fillNames resolves mentions. Only members can be mentioned: a name of somebody else stays a word.
func (e *Engine) fillNames(ctx context.Context, r request, n chat.Needs, f *chat.Facts) error {
	f.Names = make(map[string]chat.AccountID, len(n.Names))
	for _, name := range n.Names[:min(len(n.Names), chat.MaxEntities)] {
		owner, err := e.store.Name(ctx, name, "")
		if err != nil {
			return fmt.Errorf("name: %w", err)
		}
		if owner.Account == 0 {
			continue
		}
		in, err := e.isInside(ctx, r.room, owner.Account)
		if err != nil {
			return err
		}
		if in {
			f.Names[name] = owner.Account
		}
	}
	return nil
}

// fillInside looks who is there of those whom a message mentions by number.
func (e *Engine) fillInside(ctx context.Context, r request, n chat.Needs, f *chat.Facts) (err error) {
	f.Inside = make(map[chat.AccountID]bool, len(n.Inside))
	for _, a := range n.Inside {
		if f.Inside[a], err = e.isInside(ctx, r.room, a); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) isInside(ctx context.Context, room chat.ChatID, a chat.AccountID) (bool, error) {
	there, err := e.store.Facts(ctx, room, a, 0)
	if err != nil {
		return false, fmt.Errorf("facts of a mentioned account: %w", err)
	}
	return there.Actor.Role.In(), nil
}

func (e *Engine) fillLink(ctx context.Context, r request, n chat.Needs, f *chat.Facts) error {
	links, room, err := e.store.Links(ctx, 0, n.Token, r.actor.Account)
	if err != nil {
		return fmt.Errorf("link: %w", err)
	}
	if len(links) == 1 && room == r.room {
		f.Link = links[0]
	}
	return nil
}

func (e *Engine) fillAsked(ctx context.Context, r request, n chat.Needs, f *chat.Facts) error {
	if f.Target.Role != chat.RoleRequested {
		return nil
	}
	open, err := e.store.Requests(ctx, r.room, n.Target)
	if err != nil {
		return fmt.Errorf("requests: %w", err)
	}
	if len(open) > 0 {
		f.Asked = open[0]
	}
	return nil
}

func (e *Engine) fillDirect(ctx context.Context, r request, n chat.Needs, f *chat.Facts) (err error) {
	other := n.Target
	if other == 0 && !opensService(r.cmd) {
		other = r.actor.Account
	}
	f.Direct, err = e.store.Direct(ctx, min(r.actor.Account, other), max(r.actor.Account, other))
	if err != nil {
		return fmt.Errorf("direct chat: %w", err)
	}
	return nil
}

func (e *Engine) fillHead(ctx context.Context, r request, _ chat.Needs, f *chat.Facts) error {
	heads, err := e.store.Heads(ctx, []chat.LogID{r.room.Log()})
	if err != nil {
		return fmt.Errorf("head of %s: %w", r.room.Log(), err)
	}
	f.Head = heads[0]
	return nil
}

func (e *Engine) fillRead(ctx context.Context, r request, _ chat.Needs, f *chat.Facts) error {
	row, ok, err := e.ownRow(ctx, r.actor.Account, r.room)
	if err == nil && ok {
		f.Read = row.Read
	}
	return err
}

func (e *Engine) fillHeld(ctx context.Context, r request, n chat.Needs, f *chat.Facts) (err error) {
	whose := n.Target
	if whose == 0 {
		whose = r.actor.Account
	}
	if f.Held, err = e.store.Held(ctx, whose); err != nil {
		return fmt.Errorf("chats held: %w", err)
	}
	return nil
}

func (e *Engine) fillLinked(ctx context.Context, r request, _ chat.Needs, f *chat.Facts) error {
	had, err := e.store.Personal(ctx, r.actor.Account, "")
	if err != nil {
		return fmt.Errorf("personal link: %w", err)
	}
	f.Linked = had.Link.Token != ""
	return nil
}

func (e *Engine) fillContact(ctx context.Context, r request, n chat.Needs, f *chat.Facts) error {
	list, total, err := e.store.Contacts(ctx, r.actor.Account, n.Known-1, 1)
	if err != nil {
		return fmt.Errorf("contacts: %w", err)
	}
	if len(list) == 1 && list[0].Account == n.Known {
		f.Contact = list[0]
	}
	f.Contacts = uint32(total)
	return e.fillSeen(ctx, r, f)
}

// ownRow returns the row of a chat in an account's list.
func (e *Engine) ownRow(ctx context.Context, account chat.AccountID, room chat.ChatID) (
	ListRow, bool, error) {
	rows, _, _, err := e.store.List(ctx, ListQuery{Account: account, Only: room, Limit: 1})
	if err != nil {
		return ListRow{}, false, fmt.Errorf("row of %s: %w", room.Log(), err)
	}
	if len(rows) == 0 {
		return ListRow{}, false, nil
	}
	return rows[0], true, nil
}
