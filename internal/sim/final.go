// SPDX-License-Identifier: AGPL-3.0-or-later

package sim

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// final judges a world that has come to rest.
func (j *judge) final() error {
	if err := j.verdict(); err != nil {
		return err
	}
	for _, check := range []func() error{
		j.everyAckIsThere, j.everyRefusalHolds, j.nothingLeaked, j.everybodyMightWrite,
		j.nobodyIsAdded, j.everyLossIsOffered, j.everyDeviceAgrees, j.unreadIsTheSubtraction, j.storeIsSound,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// everyAckIsThere demands that what was acknowledged is there, once.
func (j *judge) everyAckIsThere() error {
	w := j.world
	times := make(map[string]int)
	entries, err := j.entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Env.Kind != chat.KindMessage || len(e.Body) == 0 {
			continue
		}
		body, err := w.codec.Decode(e.Env.Kind, e.Body)
		if err != nil {
			return fmt.Errorf("I8: %s/%d: %w", e.Log, e.Seq, err)
		}
		if m, ok := body.(*chat.Message); ok && !w.copies[e.Key] {
			times[m.Text]++
		}
	}
	for text, n := range times {
		if n > 1 {
			return fmt.Errorf("I3: %q is there %d times", text, n)
		}
	}
	for _, wr := range j.written {
		if wr.seq == 0 {
			continue
		}
		items, err := w.truth.Get(w.ctx, wr.log, []chat.Seq{wr.seq})
		if err != nil {
			return err
		}
		if len(items) == 0 || items[0].Key != wr.key {
			return fmt.Errorf("I1: %s was acknowledged at %s/%d and is lost", wr.what, wr.log, wr.seq)
		}
	}
	return nil
}

// entries returns everything on disk in commit order.
func (j *judge) entries() ([]chat.Entry, error) {
	var all []chat.Entry
	for pos := chat.Pos(0); ; {
		part, next, err := j.world.truth.Feed(j.world.ctx, pos, 1000)
		if err != nil {
			return nil, err
		}
		if len(part) == 0 {
			return all, nil
		}
		all, pos = append(all, part...), next
	}
}

// everyRefusalHolds demands that what was refused was not stored before, and not afterwards either unless
// the network brought a copy late.
func (j *judge) everyRefusalHolds() error {
	w := j.world
	for _, d := range j.denied {
		e, found, err := w.truth.Find(w.ctx, d.device.actor.Device, d.write.key)
		if err != nil {
			return err
		}
		if found && e.Pos <= d.pos {
			return fmt.Errorf("I3: %s was refused with %s though it was stored at %s/%d",
				d.write.what, d.write.refused, e.Log, e.Seq)
		}
	}
	return nil
}

// presence says who was in a chat when.
type presence map[chat.ChatID]map[chat.AccountID][]engine.Standing

// in reports whether an account was in a chat at the entry of a position.
func (p presence) in(room chat.ChatID, account chat.AccountID, pos chat.Pos) bool {
	in := false
	for _, s := range p[room][account] {
		if s.Pos < pos {
			in = s.In
		}
	}
	return in
}

// from is what was hidden from an account at the entry of a position.
func (p presence) from(room chat.ChatID, account chat.AccountID, pos chat.Pos) (from chat.Seq) {
	for _, s := range p[room][account] {
		if s.Pos < pos {
			from = s.From
		}
	}
	return from
}

// presence reads from the entries on disk who was in which chat when.
func (j *judge) presence() (presence, error) {
	entries, err := j.entries()
	if err != nil {
		return nil, err
	}
	p := make(presence)
	for _, e := range entries {
		changes, err := engine.Project(j.world.codec, e)
		if err != nil {
			return nil, err
		}
		for _, c := range changes {
			m, ok := c.(chat.MemberSet)
			if !ok {
				continue
			}
			if p[m.Chat] == nil {
				p[m.Chat] = make(map[chat.AccountID][]engine.Standing)
			}
			p[m.Chat][m.Member.Account] = append(p[m.Chat][m.Member.Account], engine.Standing{
				Chat: m.Chat, Account: m.Member.Account, In: m.Member.Role.Reads(), From: m.Member.From,
				Pos: e.Pos,
			})
		}
	}
	return p, nil
}

// nothingLeaked demands that hints went only to those who were in the chat at the entry, and that channels
// showed nobody.
func (j *judge) nothingLeaked() error {
	p, err := j.presence()
	if err != nil {
		return err
	}
	w := j.world
	for _, d := range j.delivered {
		e := d.entry
		if e.Device != 0 {
			return fmt.Errorf("R11: a hint of %s/%d names the device", e.Log, e.Seq)
		}
		if e.Log.Kind() == chat.UserLog {
			if e.Log.Account() != d.account {
				return fmt.Errorf("leak: account %d got a hint of %s", d.account, e.Log)
			}
			continue
		}
		room := e.Log.Chat()
		f, err := w.truth.Facts(w.ctx, room, 0, 0)
		if err != nil {
			return err
		}
		if f.Chat.Type == chat.Channel && (e.Author != 0 || !e.Key.IsZero()) {
			return fmt.Errorf("R11: a hint of %s/%d shows who wrote it", e.Log, e.Seq)
		}
		if err := j.namesNobody(f.Chat, e); err != nil {
			return err
		}
		if from := p.from(room, d.account, e.Pos); from > 0 && e.Tells(from-1) {
			return fmt.Errorf("leak: account %d got what %s/%d says of %d, which is hidden from it",
				d.account, e.Log, e.Seq, e.Env.Target)
		}
		if !p.in(room, d.account, e.Pos) {
			return fmt.Errorf("leak: account %d got %s/%d and was not in", d.account, e.Log, e.Seq)
		}
	}
	return nil
}

// namesNobody demands that what is said in a channel shows of nobody that they are in it.
func (j *judge) namesNobody(room chat.Chat, e chat.Entry) error {
	if room.Type != chat.Channel || len(e.Body) == 0 {
		return nil
	}
	body, err := j.world.codec.Decode(e.Env.Kind, e.Body)
	if err != nil {
		return fmt.Errorf("I8: %s/%d: %w", e.Log, e.Seq, err)
	}
	m, ok := body.(*chat.Message)
	if !ok {
		return nil
	}
	for _, en := range m.Entities {
		if en.Account != 0 {
			return fmt.Errorf("R11: %s/%d shows that account %d is in the channel", e.Log, e.Seq, en.Account)
		}
	}
	return nil
}

// everybodyMightWrite demands that who wrote a message was in the chat then.
func (j *judge) everybodyMightWrite() error {
	p, err := j.presence()
	if err != nil {
		return err
	}
	entries, err := j.entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch e.Env.Kind {
		case chat.KindMessage, chat.KindEdit, chat.KindDelete, chat.KindPin, chat.KindChatInfo:
			if e.Author != 0 && e.Seq > 2 && !p.in(e.Log.Chat(), e.Author, e.Pos) {
				return fmt.Errorf("rights: %d wrote %s/%d and was not in", e.Author, e.Log, e.Seq)
			}
		}
	}
	return nil
}

// nobodyIsAdded demands that whoever came into a direct chat by the other's hand got a message there, and
// comes in unasked only where they were before by their own will (R10).
func (j *judge) nobodyIsAdded() error {
	entries, err := j.entries()
	if err != nil {
		return err
	}
	said, came := make(map[chat.ChatID]bool), make(map[chat.LogID]map[chat.ChatID]bool)
	listed := make(map[seat]bool)
	for _, e := range entries {
		if e.Log.Kind() == chat.ChatLog && e.Env.Counted {
			said[e.Log.Chat()] = true
		}
		if e.Env.Kind == chat.KindContact {
			// Whoever is on somebody's list is no stranger. A body that was erased said that of nobody knows whom.
			c, err := j.contactOf(e)
			if err != nil {
				return err
			}
			listed[seat{e.Log, c}] = true
		}
		if e.Env.Kind != chat.KindMyChat {
			continue
		}
		body, err := j.world.codec.Decode(e.Env.Kind, e.Body)
		if err != nil {
			return fmt.Errorf("I8: %s/%d: %w", e.Log, e.Seq, err)
		}
		m, ok := body.(*chat.MyChat)
		switch {
		case !ok || m.Type != chat.Direct:
		case e.Author == e.Log.Account():
			if came[e.Log] == nil {
				came[e.Log] = make(map[chat.ChatID]bool)
			}
			came[e.Log][m.Chat] = came[e.Log][m.Chat] || m.Member.Role.In()
		case !said[m.Chat]:
			return fmt.Errorf("R10: %s/%d adds to a chat in which nothing was said", e.Log, e.Seq)
		case m.Member.Role.In() && !came[e.Log][m.Chat] && !listed[seat{e.Log, m.Peer}] && !listed[seat{e.Log, 0}]:
			return fmt.Errorf("R10: %s/%d lets a stranger in unasked", e.Log, e.Seq)
		}
	}
	return nil
}

// seat is somebody on the list of an account, by its log.
type seat struct {
	log   chat.LogID
	other chat.AccountID
}

// contactOf returns whom an entry puts on a list; 0 where its body was erased.
func (j *judge) contactOf(e chat.Entry) (chat.AccountID, error) {
	if len(e.Body) == 0 {
		return 0, nil
	}
	body, err := j.world.codec.Decode(e.Env.Kind, e.Body)
	if err != nil {
		return 0, fmt.Errorf("I8: %s/%d: %w", e.Log, e.Seq, err)
	}
	c, ok := body.(*chat.Contact)
	if !ok {
		return 0, fmt.Errorf("I8: %s/%d is no contact", e.Log, e.Seq)
	}
	return c.Account, nil
}

// everyDeviceAgrees demands that every device has what it may see, and that it folds to the same.
func (j *judge) everyDeviceAgrees() error {
	for _, d := range j.world.devices {
		if err := j.agrees(d); err != nil {
			return fmt.Errorf("device %d of account %d: %w", d.actor.Device, d.actor.Account, err)
		}
	}
	return nil
}

func (j *judge) agrees(d *device) error {
	w := j.world
	rows, _, _, err := w.truth.List(w.ctx, engine.ListQuery{Account: d.actor.Account, Limit: 1000})
	if err != nil {
		return err
	}
	listed := make(map[chat.ChatID]bool)
	for _, row := range rows {
		listed[row.Chat.ID] = true
		r := d.rooms[row.Chat.ID]
		switch {
		case r == nil:
			return fmt.Errorf("I5: lacks chat %d", row.Chat.ID)
		case d.user.reads[row.Chat.ID] != row.Read.Seq:
			return fmt.Errorf("I5: read chat %d up to %d, not %d",
				row.Chat.ID, d.user.reads[row.Chat.ID], row.Read.Seq)
		case d.user.drafts[row.Chat.ID] != row.Draft.Text:
			return fmt.Errorf("I5: has another draft in chat %d", row.Chat.ID)
		}
		if err := j.sameRoom(row, r); err != nil {
			return fmt.Errorf("chat %d: %w", row.Chat.ID, err)
		}
	}
	for id := range d.rooms {
		if !listed[id] {
			return fmt.Errorf("I5: still has chat %d", id)
		}
	}
	return j.sameUser(d)
}

// sameRoom compares a device's fold with the fold of the log as it is on disk.
func (j *judge) sameRoom(row engine.ListRow, r *room) error {
	w := j.world
	if r.past && row.Chat.Deleted {
		return nil // nobody can find out any more
	}
	want := chat.Room{Head: r.base}
	for want.Head < row.Head.Seq {
		items, err := w.truth.Read(w.ctx, row.Head.Log, want.Head, 500)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return errors.New("I2: the log ends before its head")
		}
		for _, it := range items {
			if row.Chat.Deleted && it.Seq > r.fold.Head {
				return nil // nobody reads on in a deleted chat
			}
			it.Entry = it.Entry.Shown(row.Chat.Type)
			rec, err := w.record(it)
			if err != nil {
				return err
			}
			want = chat.Fold(want, rec)
		}
	}
	return sameFold(r.fold, want)
}

// sameFold compares what people see of two rooms. Bodies as they were first written are not compared: who
// read before they were erased still has them.
func sameFold(got, want chat.Room) error {
	switch {
	case got.Gap:
		return errors.New("I5: folded over a gap")
	case got.Head != want.Head || got.Ord != want.Ord:
		return fmt.Errorf("I5: head %d (%d counted), not %d (%d)", got.Head, got.Ord, want.Head, want.Ord)
	case !slices.Equal(got.Pinned, want.Pinned):
		return fmt.Errorf("I6: pins %v, not %v", got.Pinned, want.Pinned)
	case !reflect.DeepEqual(got.Chat, want.Chat):
		return errors.New("I6: the settings differ")
	case len(got.Lines) != len(want.Lines):
		return fmt.Errorf("I6: %d lines, not %d", len(got.Lines), len(want.Lines))
	}
	for i, l := range want.Lines {
		g := got.Lines[i]
		if g.Seq != l.Seq || g.At != l.At || g.Author != l.Author || g.Env != l.Env || g.By != l.By ||
			g.Redacted != l.Redacted || !reflect.DeepEqual(g.Current(), l.Current()) {
			return fmt.Errorf("I6: line %d differs", l.Seq)
		}
	}
	return nil
}

// sameUser compares what the user log folds to with the state on disk.
func (j *judge) sameUser(d *device) error {
	w, account := j.world, d.actor.Account
	people, err := w.truth.People(w.ctx, []chat.AccountID{account})
	if err != nil {
		return err
	}
	blocked, err := w.truth.Blocked(w.ctx, account)
	if err != nil {
		return err
	}
	to, err := w.truth.Invitations(w.ctx, account)
	if err != nil {
		return err
	}
	invited := make([]chat.ChatID, len(to))
	for i, inv := range to {
		invited[i] = inv.Chat
	}
	invited = slices.DeleteFunc(invited, func(id chat.ChatID) bool {
		f, err := w.truth.Facts(w.ctx, id, 0, 0)
		return err != nil || f.Chat.Deleted
	})
	contacts, own, err := j.circle(account)
	if err != nil {
		return err
	}
	heads, err := w.truth.Heads(w.ctx, []chat.LogID{account.Log()})
	if err != nil {
		return err
	}
	mine := maps.Clone(d.user.invited)
	maps.DeleteFunc(mine, func(id chat.ChatID, _ bool) bool { return !slices.Contains(invited, id) })
	switch {
	case d.userSeq != heads[0].Seq:
		return fmt.Errorf("I5: the user log is read up to %d of %d", d.userSeq, heads[0].Seq)
	case d.user.profile != people[0].Profile || d.user.privacy != people[0].Privacy:
		return errors.New("I6: profile or switches differ")
	case !slices.Equal(slices.Sorted(maps.Keys(d.user.blocked)), blocked):
		return errors.New("I6: the blocked differ")
	case !maps.Equal(d.user.contacts, contacts) || d.user.personal != own.Link:
		return errors.New("I6: contacts or the personal link differ")
	case len(mine) != len(invited):
		return fmt.Errorf("I6: invitations %v, not %v", slices.Sorted(maps.Keys(d.user.invited)), invited)
	}
	return nil
}

// circle reads an account's contacts and its personal link.
func (j *judge) circle(account chat.AccountID) (
	contacts map[chat.AccountID]chat.Contact, own engine.PersonalOwner, err error) {
	list, _, err := j.world.truth.Contacts(j.world.ctx, account, 0, chat.MaxContacts)
	if err != nil {
		return nil, own, err
	}
	contacts = make(map[chat.AccountID]chat.Contact)
	for _, c := range list {
		contacts[c.Account] = c
	}
	own, err = j.world.truth.Personal(j.world.ctx, account, "")
	return contacts, own, err
}

// late is how long after it was decided an entry may be stored: what is said so long before somebody comes in
// may count as unread.
const late = chat.Millis(5 * time.Second / time.Millisecond)

// unreadIsTheSubtraction counts by definition what the servers count.
func (j *judge) unreadIsTheSubtraction() error {
	w := j.world
	for _, d := range w.devices {
		res, err := w.nodes[0].engine.Sync(w.ctx, d.actor, engine.SyncQuery{Limit: 1000})
		if err != nil {
			return err
		}
		for _, row := range res.Chats {
			if f := row.Me.From; f > row.Read.Seq+1 {
				return fmt.Errorf("unread: account %d has read chat %d up to %d and sees it from %d",
					d.actor.Account, row.Chat.ID, row.Read.Seq, f)
			}
			unread := uint32(0)
			items, err := w.truth.Read(w.ctx, row.Head.Log, row.Read.Seq, 1<<20)
			if err != nil {
				return err
			}
			for _, it := range items {
				redacted := it.Overlay != nil && it.Overlay.Redacted
				if !it.Env.Counted || it.Author == d.actor.Account || redacted {
					continue
				}
				if row.Chat.Type != chat.Direct && it.At < row.Me.Joined-late {
					return fmt.Errorf("unread: account %d is told of chat %d what was said before it came",
						d.actor.Account, row.Chat.ID)
				}
				unread++
			}
			if row.Unread != unread {
				return fmt.Errorf("unread: account %d is told %d in chat %d, not %d",
					d.actor.Account, row.Unread, row.Chat.ID, unread)
			}
		}
	}
	return nil
}

// storeIsSound closes the servers and checks every invariant of the store.
func (j *judge) storeIsSound() error {
	w := j.world
	for _, n := range w.nodes {
		n.stop()
	}
	faults, err := engine.Check(w.ctx, engine.CheckConfig{Store: w.truth, Codec: w.codec, Rebuild: true})
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return fmt.Errorf("%d faults in the store, first %s", len(faults), faults[0])
	}
	return nil
}
