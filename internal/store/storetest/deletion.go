// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// eraseAccount forgets an account, and erases what its log said before this entry.
func (t *txn) eraseAccount(e *chat.Entry, c chat.AccountErased) {
	p, who := t.proj, uint32(c.Account)
	if name, ok := p.owners[engine.Owner{Account: c.Account}]; ok {
		remove(t.undo, p.skeletons, p.names[name].skeleton)
		remove(t.undo, p.names, name)
		remove(t.undo, p.owners, engine.Owner{Account: c.Account})
	}
	if link, ok := p.personal[c.Account]; ok {
		remove(t.undo, p.tokens, link.Token)
		remove(t.undo, p.personal, c.Account)
	}
	without(t.undo, p.rested, func(_ string, r engine.Rested) bool { return r.Account == c.Account })
	without(t.undo, p.contacts, func(k pair, _ contactRow) bool { return k.a == who })
	without(t.undo, p.blocks, func(k pair, _ struct{}) bool { return k.a == who })
	without(t.undo, p.drafts, func(k pair, _ draftRow) bool { return k.b == who })
	without(t.undo, p.prefs, func(k pair, _ chat.Prefs) bool { return k.b == who })
	without(t.undo, p.reads, func(k pair, _ chat.ReadMark) bool { return k.b == who })
	without(t.undo, p.requests, func(k pair, _ chat.JoinRequest) bool { return k.b == who && p.stands(k) })
	without(t.undo, p.spent, func(k spentID, _ chat.Spending) bool { return k.account == c.Account })
	without(t.undo, p.acts, func(k actID, _ chat.NotedAct) bool { return k.account == c.Account })
	without(t.undo, p.mentions, func(k mentionID, _ struct{}) bool { return k.account == c.Account })
	log := c.Account.Log()
	without(t.undo, p.photos, func(at place, _ chat.PlacedPhoto) bool { return at.log == log })
	t.forgetMedia(log, 0)
	for pos, old := range t.entries {
		if old.Log == log && pos < e.Pos && !old.Env.Kind.KeptWhenErased() {
			t.erase(pos)
		}
	}
	put(t.undo, p.people, c.Account, chat.Person{ID: c.Account, Deleted: true})
	for _, r := range c.Rests {
		put(t.undo, p.rested, r.Skeleton, engine.Rested{Owner: engine.Owner{Account: c.Account}, Name: r.Name,
			By: e.Author, At: e.At, Pos: e.Pos})
	}
	for room, row := range p.chats {
		if slices.Contains(row.Peers[:], c.Account) && p.stands(inChat(room, c.Account)) {
			row.Facts++
			put(t.undo, p.chats, room, row)
		}
	}
}

// stands reports whether an account has or had a standing in a chat.
func (p *projections) stands(at pair) bool {
	_, ok := p.members[at]
	return ok
}

// without removes what a function picks.
func without[K comparable, V any](u *undo, from map[K]V, pick func(K, V) bool) {
	for k, v := range from {
		if pick(k, v) {
			remove(u, from, k)
		}
	}
}
