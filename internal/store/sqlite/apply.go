// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// apply does to the projections what entry e says. The common changes are gathered; the others are made at
// once, after what was gathered, so that they find it.
func (w *writer) apply(e *chat.Entry, change chat.Change) error {
	switch c := change.(type) {
	case chat.Mentioned:
		w.bulk.mentions.add(int64(c.Account), int64(e.Log), int64(cmp.Or(c.Target, e.Seq)))
		return nil
	case chat.ReadSet:
		if c.Mark.Seq > 0 {
			w.bulk.reads.add(int64(c.Account), int64(c.Mark.Chat), int64(c.Mark.Seq), int64(c.Mark.Ord))
		}
		return nil
	case chat.SourceSet:
		return w.bindSource(e, c)
	}
	if err := w.flush(); err != nil {
		return err
	}
	if done, err := w.applyCase(e, change); done || err != nil {
		return err
	}
	switch c := change.(type) {
	case chat.ChatAdded:
		return w.addChat(c.Chat)
	case chat.ChatPatched:
		return w.patchChat(c)
	case chat.FactsBumped:
		return w.bumpFacts(c.Chat)
	case chat.NameClaimed:
		return w.claimName(e, c)
	case chat.DirectOpened:
		return w.openDirect(c)
	case chat.MemberSet:
		return w.setMember(e, c)
	case chat.Superseded:
		return w.supersede(e, c)
	case chat.PinSet:
		return w.setPin(e, c)
	case chat.LinkSet:
		return w.setLink(c)
	case chat.LinkUsed:
		return w.useLink(e, c)
	case chat.RequestSet:
		return w.setRequest(c)
	case chat.ProfileSet:
		return w.setProfile(c)
	case chat.PrivacySet:
		return w.setPrivacy(c)
	case chat.DraftSet:
		return w.setDraft(e, c)
	case chat.PrefsSet:
		return w.mergePrefs(c)
	case chat.BlockSet:
		return w.setBlock(c)
	case chat.ContactSet:
		return w.setContact(e, c)
	case chat.PersonalSet:
		return w.setPersonal(c)
	case chat.MediaUsed:
		return w.useMedia(e, c)
	case chat.PhotoSet:
		return w.setPhoto(e, c)
	case chat.PhotoErased:
		return w.erasePhoto(e, c)
	case chat.AccountErased:
		return w.eraseAccount(e, c)
	case chat.SpentAdded:
		return w.conn.exec("INSERT OR REPLACE INTO spent VALUES (?, ?, ?, ?, ?, ?)",
			c.Account, c.At, e.Pos, c.Spent.Strangers, c.Spent.Links, c.Spent.Rooms)
	default:
		return chat.Errorf(chat.CodeInternal, "change %T is unknown", change)
	}
}

func (w *writer) addChat(c chat.Chat) error {
	n, err := w.conn.affect(`INSERT INTO chats
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		c.ID, c.Type, c.Title, c.About, c.Name, c.Defaults, c.SlowSeconds, c.Signatures, c.HistoryHidden,
		c.JoinApproval, c.Wide, c.Deleted, c.Imported, c.NumberBase, c.Created, c.Facts, c.Peers[0], c.Peers[1],
		c.Down)
	if err == nil && n == 0 {
		err = chat.Errorf(chat.CodeConflict, "chat %d is there already", c.ID)
	}
	return err
}

// editChat runs a statement that changes the row of a chat, which must be there.
func (w *writer) editChat(room chat.ChatID, text string, args ...any) error {
	n, err := w.conn.affect(text, args...)
	if err == nil && n == 0 {
		err = chat.Errorf(chat.CodeNotFound, "chat %d is not there", room)
	}
	return err
}

// lastSeq is beyond every entry of a log.
const lastSeq = chat.Seq(1<<32 - 1)

func (w *writer) patchChat(c chat.ChatPatched) error {
	i := c.Info
	if c.Deleted {
		err := errors.Join(w.forgetMedia(c.Chat.Log(), 0), w.forgetPhotos(c.Chat.Log(), lastSeq))
		if err != nil {
			return err
		}
	}
	return w.editChat(c.Chat, `UPDATE chats SET
		title = coalesce(?, title), about = coalesce(?, about), name = coalesce(?, name),
		defaults = coalesce(?, defaults), slow_seconds = coalesce(?, slow_seconds),
		signatures = coalesce(?, signatures), history_hidden = coalesce(?, history_hidden),
		join_approval = coalesce(?, join_approval), down = coalesce(?, down), wide = max(wide, ?),
		deleted = max(deleted, ?)
		WHERE chat = ?`,
		optional(i.Title), optional(i.About), optional(i.Name), optional(i.Defaults), optional(i.SlowSeconds),
		optional(i.Signatures), optional(i.HistoryHidden), optional(i.JoinApproval), optional(i.Down), c.Wide,
		c.Deleted, c.Chat)
}

// optional is the value pointed to, or NULL.
func optional[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func (w *writer) bumpFacts(room chat.ChatID) error {
	return w.editChat(room, "UPDATE chats SET facts = facts + 1 WHERE chat = ?", room)
}

// claimName frees what the owner has, then takes the new name, so that changing only the case of one's own
// name is no conflict. What was freed rests.
func (w *writer) claimName(e *chat.Entry, c chat.NameClaimed) error {
	var name, look string
	had, err := w.conn.one("DELETE FROM names WHERE account = ? AND chat = ? RETURNING name, skeleton",
		func(r *row) { name, look = r.text(), r.text() }, c.Account, c.Chat)
	if err == nil && had && name != c.Name {
		err = w.restName(e, c, name, look)
	}
	if err != nil || c.Name == "" {
		return err
	}
	if err := w.conn.exec("DELETE FROM rested WHERE skeleton = ?", c.Skeleton); err != nil {
		return err
	}
	n, err := w.conn.affect("INSERT INTO names VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		c.Name, c.Skeleton, c.Account, c.Chat)
	if err != nil || n == 1 {
		return err
	}
	taken, err := w.conn.one("SELECT 1 FROM names WHERE name = ?", func(*row) {}, c.Name)
	switch {
	case err != nil:
		return err
	case taken:
		return chat.Errorf(chat.CodeNameTaken, "the name is somebody else's")
	default:
		return chat.Errorf(chat.CodeNameConfusable, "the name looks like somebody else's")
	}
}

// restName keeps a name that was given up. Those of its owner that have rested are forgotten.
func (w *writer) restName(e *chat.Entry, c chat.NameClaimed, name, look string) error {
	err := w.conn.exec("INSERT OR REPLACE INTO rested VALUES (?, ?, ?, ?, ?, ?, ?)",
		look, name, c.Account, c.Chat, e.Author, e.At, e.Pos)
	if err != nil {
		return err
	}
	return w.conn.exec("DELETE FROM rested WHERE account = ? AND chat = ? AND at <= ?",
		c.Account, c.Chat, e.At-engine.NameRests)
}

func (w *writer) openDirect(c chat.DirectOpened) error {
	n, err := w.conn.affect("INSERT INTO directs VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		min(c.A, c.B), max(c.A, c.B), c.Chat)
	if err == nil && n == 0 {
		err = chat.Errorf(chat.CodeConflict, "the two have a chat")
	}
	return err
}

func (w *writer) setMember(e *chat.Entry, c chat.MemberSet) error {
	m := c.Member
	var old chat.Member
	_, err := w.conn.one("SELECT role, version FROM members WHERE chat = ? AND account = ?",
		func(r *row) { old.Role, old.Version = num[chat.Role](r), num[uint32](r) }, c.Chat, m.Account)
	if err != nil || m.Version <= old.Version {
		return err
	}
	err = w.conn.exec(`INSERT INTO members VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET role = excluded.role, grants = excluded.grants, until = excluded.until,
		version = excluded.version, from_seq = excluded.from_seq, title = excluded.title,
		joined = excluded.joined, pos = excluded.pos, note = excluded.note`,
		c.Chat, m.Account, m.Role, m.Grants, m.Until, m.Version, m.From, m.Title, m.Joined, e.Pos,
		m.Note)
	if err != nil {
		return err
	}
	more := 0
	if old.Role.In() {
		more--
	}
	if m.Role.In() {
		more++
	}
	return w.editChat(c.Chat, "UPDATE chats SET members = members + ? WHERE chat = ?", more, c.Chat)
}

// supersede erases every earlier body of the target. What was redacted stays redacted: a deletion and an
// edit that were decided at the same time end with the deletion.
func (w *writer) supersede(e *chat.Entry, c chat.Superseded) error {
	var before chat.Overlay
	_, err := w.conn.one("SELECT by_seq, redacted FROM overlays WHERE log = ? AND target = ?",
		func(r *row) { before.By, before.Redacted = num[chat.Seq](r), r.bool() }, e.Log, c.Target)
	if err != nil {
		return err
	}
	if c.Target == 0 || c.Target >= e.Seq || before.Redacted {
		return chat.Errorf(chat.CodeTargetGone, "%s has no entry %d to supersede", e.Log, c.Target)
	}
	if err := w.erase("log = ? AND seq IN (?, ?)", e.Log, c.Target, before.By); err != nil {
		return err
	}
	// Of a target that was compacted away there is nothing to count.
	if err := w.conn.exec(`INSERT INTO overlays (log, target, by_seq, at, redacted, author)
		SELECT ?1, ?2, ?3, ?4, ?5, e.author FROM (SELECT 1)
		LEFT JOIN entries AS e ON e.log = ?1 AND e.seq = ?2 AND e.flags & 1 WHERE true
		ON CONFLICT DO UPDATE SET by_seq = excluded.by_seq, at = excluded.at, redacted = excluded.redacted`,
		e.Log, c.Target, e.Seq, e.At, c.Redact); err != nil {
		return err
	}
	if err := w.conn.exec("DELETE FROM mentions WHERE log = ? AND seq = ?", e.Log, c.Target); err != nil {
		return err
	}
	if err := w.forgetMedia(e.Log, c.Target); err != nil || !c.Redact {
		return err
	}
	if err := w.conn.exec("DELETE FROM pins WHERE log = ? AND target = ?", e.Log, c.Target); err != nil {
		return err
	}
	return w.forgetMarks(e.Log, c.Target)
}

// erase empties the bodies of entries for ever. What sealed them goes with them; their chains stay right.
func (w *writer) erase(which string, args ...any) error {
	w.erased = true
	var entries []chat.Entry
	err := w.conn.query("SELECT pos, body, seal FROM entries WHERE body IS NOT NULL AND "+which,
		func(r *row) error {
			e := chat.Entry{Pos: num[chat.Pos](r), Body: r.blob()}
			copy(e.Seal[:], r.blob())
			entries = append(entries, e)
			return nil
		}, args...)
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		e.Erase()
		err := w.conn.exec("UPDATE entries SET body = NULL, seal = ? WHERE pos = ?", e.Seal, e.Pos)
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) setPin(e *chat.Entry, c chat.PinSet) error {
	if !c.Pinned {
		return w.conn.exec("DELETE FROM pins WHERE log = ? AND target = ?", e.Log, c.Target)
	}
	redacted, err := w.redacted(e.Log, c.Target)
	if err != nil {
		return err
	}
	if c.Target == 0 || c.Target >= e.Seq || redacted {
		return chat.Errorf(chat.CodeTargetGone, "%s has no entry %d to pin", e.Log, c.Target)
	}
	return w.conn.exec("INSERT INTO pins VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET by_seq = excluded.by_seq",
		e.Log, c.Target, e.Seq)
}

// setLink keeps the uses that were counted.
func (w *writer) setLink(c chat.LinkSet) error {
	l := c.Link
	n, err := w.conn.affect(`INSERT INTO links VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET label = excluded.label, expires = excluded.expires,
		max_uses = excluded.max_uses, approval = excluded.approval, revoked = excluded.revoked,
		creator = excluded.creator, created = excluded.created WHERE chat = excluded.chat`,
		l.Token, c.Chat, l.Label, l.Expires, l.Limit, l.Approval, l.Revoked, l.Creator, l.Created)
	if err == nil && n == 0 {
		err = chat.Errorf(chat.CodeConflict, "the token is of another chat")
	}
	return err
}

// useLink counts a person once: somebody who comes back takes the place they had.
func (w *writer) useLink(e *chat.Entry, c chat.LinkUsed) error {
	before, err := w.conn.one("SELECT 1 FROM link_uses WHERE token = ? AND account = ?", func(*row) {},
		c.Token, c.Account)
	if err != nil {
		return err
	}
	n, err := w.conn.affect(`UPDATE links SET uses = uses + 1 - ?5 WHERE token = ?1 AND chat = ?2
		AND (?4 OR NOT revoked AND (expires = 0 OR expires > ?3) AND (max_uses = 0 OR uses - ?5 < max_uses))`,
		c.Token, c.Chat, e.At, c.Let, before)
	switch {
	case err != nil:
		return err
	case n == 1 && before:
		return nil
	case n == 1:
		return w.conn.exec("INSERT INTO link_uses VALUES (?, ?)", c.Token, c.Account)
	}
	usedUp, err := w.conn.one(`SELECT 1 FROM links WHERE token = ?1 AND chat = ?2 AND NOT revoked
		AND (expires = 0 OR expires > ?3)`, func(*row) {}, c.Token, c.Chat, e.At)
	switch {
	case err != nil:
		return err
	case usedUp:
		return chat.Errorf(chat.CodeInviteUsedUp, "the link was used as often as it may")
	default:
		return chat.Errorf(chat.CodeInviteExpired, "the link is expired, revoked or unknown")
	}
}

func (w *writer) setRequest(c chat.RequestSet) error {
	if c.Request.Decided {
		return w.conn.exec("DELETE FROM requests WHERE chat = ? AND account = ?", c.Chat, c.Request.Account)
	}
	return w.conn.exec(`INSERT INTO requests VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET at = excluded.at, token = excluded.token`,
		c.Chat, c.Request.Account, c.Request.At, c.Request.Token)
}

// setProfile keeps the words by which the account is found.
func (w *writer) setProfile(c chat.ProfileSet) error {
	var old chat.Profile
	_, err := w.conn.one("SELECT name, username FROM people WHERE account = ?",
		func(r *row) { old.Name, old.Username = r.text(), r.text() }, c.Account)
	if err != nil {
		return err
	}
	for _, tail := range tails(old) {
		if err := w.conn.exec("DELETE FROM words WHERE tail = ? AND account = ?", tail, c.Account); err != nil {
			return err
		}
	}
	for _, tail := range tails(c.Profile) {
		err := w.conn.exec("INSERT INTO words VALUES (?, ?) ON CONFLICT DO NOTHING", tail, c.Account)
		if err != nil {
			return err
		}
	}
	return w.conn.exec(`INSERT INTO people (account, name, username, about, hide_last_seen, hide_typing,
		hide_reads, hide_forwards, refuse_invites) VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0)
		ON CONFLICT DO UPDATE SET name = excluded.name, username = excluded.username, about = excluded.about`,
		c.Account, c.Profile.Name, c.Profile.Username, c.Profile.About)
}

func tails(p chat.Profile) []string {
	all := chat.SearchTails(p.Name)
	if name := chat.SearchFold(p.Username); name != "" {
		all = append(all, name)
	}
	return all
}

func (w *writer) setPrivacy(c chat.PrivacySet) error {
	p := c.Privacy
	return w.conn.exec(`INSERT INTO people (account, name, username, about, hide_last_seen, hide_typing,
		hide_reads, hide_forwards, refuse_invites, unfindable, quiet_contacts, photo_for)
		VALUES (?, '', '', '', ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET hide_last_seen = excluded.hide_last_seen, hide_typing = excluded.hide_typing,
		hide_reads = excluded.hide_reads, hide_forwards = excluded.hide_forwards,
		refuse_invites = excluded.refuse_invites, unfindable = excluded.unfindable,
		quiet_contacts = excluded.quiet_contacts, photo_for = excluded.photo_for`,
		c.Account, p.HideLastSeen, p.HideTyping, p.HideReads, p.HideForwards, p.RefuseInvites,
		p.Unfindable, p.QuietContacts, p.Photo)
}

// setDraft erases the body of the draft before.
func (w *writer) setDraft(e *chat.Entry, c chat.DraftSet) error {
	d := c.Draft
	var old chat.Pos
	had, err := w.conn.one("DELETE FROM drafts WHERE account = ? AND chat = ? RETURNING pos",
		func(r *row) { old = num[chat.Pos](r) }, c.Account, d.Chat)
	if err != nil {
		return err
	}
	if had {
		if err := w.erase("pos = ?", old); err != nil {
			return err
		}
	}
	if d.Empty() {
		return nil
	}
	entities, err := encodeEntities(d.Entities)
	if err != nil {
		return err
	}
	return w.conn.exec("INSERT INTO drafts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		c.Account, d.Chat, d.Text, entities, d.Reply, d.At, e.Pos, d.Quote)
}

// encodeEntities writes entities as JSON, none as nothing.
func encodeEntities(entities []chat.Entity) (string, error) {
	if len(entities) == 0 {
		return "", nil
	}
	b, err := json.Marshal(entities)
	return string(b), err
}

func decodeEntities(text string) ([]chat.Entity, error) {
	if text == "" {
		return nil, nil
	}
	var entities []chat.Entity
	if err := json.Unmarshal([]byte(text), &entities); err != nil {
		return nil, fmt.Errorf("entities of a draft: %w", err)
	}
	return entities, nil
}

func (w *writer) mergePrefs(c chat.PrefsSet) error {
	p := c.Prefs
	return w.conn.exec(`INSERT INTO prefs VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET muted_until = coalesce(excluded.muted_until, muted_until),
		archived = coalesce(excluded.archived, archived), pin_rank = coalesce(excluded.pin_rank, pin_rank),
		marked_unread = coalesce(excluded.marked_unread, marked_unread)`,
		c.Account, p.Chat, p.MutedUntil, p.Archived, p.PinRank, p.MarkedUnread)
}

// setBlock raises the facts version of the two's direct chat, where they have one.
func (w *writer) setBlock(c chat.BlockSet) error {
	text := "DELETE FROM blocks WHERE account = ? AND other = ?"
	if c.Block.Blocked {
		text = "INSERT INTO blocks VALUES (?, ?) ON CONFLICT DO NOTHING"
	}
	if err := w.conn.exec(text, c.Account, c.Block.Account); err != nil {
		return err
	}
	var room chat.ChatID
	open, err := w.conn.one("SELECT chat FROM directs WHERE a = ? AND b = ?",
		func(r *row) { room = num[chat.ChatID](r) },
		min(c.Account, c.Block.Account), max(c.Account, c.Block.Account))
	if err != nil || !open {
		return err
	}
	return w.bumpFacts(room)
}
