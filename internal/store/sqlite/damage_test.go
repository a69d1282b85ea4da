// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"strconv"
	"strings"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// shelf is a codec that keeps bodies and encodes each as its number.
type shelf []chat.Body

func (s *shelf) Encode(b chat.Body) ([]byte, error) {
	*s = append(*s, b)
	return []byte(strconv.Itoa(len(*s) - 1)), nil
}

func (s *shelf) Decode(_ chat.Kind, raw []byte) (chat.Body, error) {
	n, err := strconv.Atoi(string(raw))
	if err != nil {
		return nil, err
	}
	return (*s)[n], nil
}

// fillProjections puts at least one row into every projection.
func fillProjections(t *testing.T, s *Store) *shelf {
	t.Helper()
	codec, keys := &shelf{}, 0
	write := func(log chat.LogID, kind chat.Kind, target chat.Seq, body chat.Body) {
		t.Helper()
		keys++
		e := chat.Entry{Log: log, At: 1000, Author: 1}
		e.Env = chat.Envelope{Kind: kind, Target: target, Counted: kind == chat.KindMessage}
		d := chat.Draft{Log: log, At: e.At, Author: e.Author, Env: e.Env, Changes: chat.Project(e, body)}
		if body != nil {
			d.Body, _ = codec.Encode(body)
		}
		add(t, s, engine.Batch{Device: 1, Key: key(keys), Entries: []chat.Draft{d}})
	}
	room, direct, me := chat.ChatID(1), chat.ChatID(2), chat.AccountID(1)
	in := func(of chat.ChatID, who chat.AccountID) {
		t.Helper()
		m := chat.Member{Account: who, Role: chat.RoleMember, Version: 1}
		write(who.Log(), chat.KindMyChat, 0, &chat.MyChat{Chat: of, Member: m})
	}
	write(room.Log(), chat.KindChatCreated, 0, &chat.Created{Type: chat.Group, Title: "Garden", Imported: true})
	write(direct.Log(), chat.KindChatCreated, 0,
		&chat.Created{Type: chat.Direct, Accounts: []chat.AccountID{1, 2}})
	in(room, 1)
	in(room, 2)
	write(me.Log(), chat.KindProfile, 0, &chat.Profile{Name: "Ali Reza", Username: "before"})
	write(me.Log(), chat.KindProfile, 0, &chat.Profile{Name: "Ali Reza", Username: "alireza"})
	for range blockSize {
		write(room.Log(), chat.KindMessage, 0, &chat.Message{Text: "x"})
	}
	mention := []chat.Entity{{Kind: chat.EntityMention, Length: 1, Account: 2}}
	write(room.Log(), chat.KindMessage, 0,
		&chat.Message{Text: "x", Entities: mention, Imported: &chat.Imported{Number: 9, Digest: 4}})
	photo := &chat.Media{Kind: chat.MediaPhoto, Hash: chat.Hash{1}, Size: 5}
	write(direct.Log(), chat.KindMessage, 0, &chat.Message{Media: photo})
	write(me.Log(), chat.KindAccountPhoto, 0, &chat.Photo{Hash: chat.Hash{2}, Size: 5})
	write(room.Log(), chat.KindEdit, 2, &chat.Message{Text: "y"})
	write(room.Log(), chat.KindPin, 3, nil)
	write(room.Staff(), chat.KindInviteLink, 0, &chat.InviteLink{Token: "t"})
	write(chat.AccountID(4).Log(), chat.KindMyChat, 0, &chat.MyChat{
		Chat: room, Member: chat.Member{Account: 4, Role: chat.RoleMember, Version: 1}, Token: "t",
	})
	write(room.Staff(), chat.KindJoinRequest, 0, &chat.JoinRequest{Account: 3, At: 5})
	write(me.Log(), chat.KindBlock, 0, &chat.Block{Account: 9, Blocked: true})
	write(me.Log(), chat.KindContact, 0, &chat.Contact{Account: 9, Name: "sister"})
	write(me.Log(), chat.KindPersonal, 0, &chat.PersonalLink{Token: "t"})
	write(me.Log(), chat.KindDraft, 0, &chat.DraftText{Chat: room, Text: "unsent"})
	muted := chat.Millis(7)
	write(me.Log(), chat.KindPrefs, 0, &chat.Prefs{Chat: room, MutedUntil: &muted})
	write(me.Log(), chat.KindSpent, 0, &chat.Spent{Rooms: 1})
	write(me.Log(), chat.KindRead, 0, &chat.ReadMark{Chat: room, Seq: 3, Ord: 2})
	write(chat.ServerLog.ID(0), chat.KindReport, 0, &chat.Report{Account: 2, Desk: chat.DeskOperator})
	write(chat.ServerLog.ID(0), chat.KindDecision, 0,
		&chat.Decision{Reports: []chat.Seq{1}, Account: 2, Act: chat.ActLimit, Until: 5_000})
	write(chat.ServerLog.ID(0), chat.KindAppeal, 0, &chat.Appeal{Decision: 2, Text: "no"})
	write(chat.AccountID(2).Log(), chat.KindOperatorAct, 0, &chat.OperatorAct{Act: chat.ActLimit, Decision: 2})
	return codec
}

// damages are what somebody may do to a projection, besides emptying it.
var damages = []string{
	"UPDATE chats SET title = 'Desert' WHERE chat = 1", "UPDATE chats SET facts = facts + 1 WHERE chat = 1",
	"UPDATE chats SET members = members + 1 WHERE chat = 1", "UPDATE people SET name = 'Mina'",
	"UPDATE names SET account = 2", "UPDATE members SET title = 'gardener' WHERE account = 2",
	"UPDATE overlays SET redacted = 1", "UPDATE keys SET seq = 5 WHERE key = (SELECT max(key) FROM keys)",
	"UPDATE written SET entries = entries + 1", "INSERT INTO words VALUES ('somebody', 1)",
	"INSERT INTO blocks VALUES (2, 1)", "UPDATE sources SET digest = 5", "UPDATE reads SET ord = 9",
	"UPDATE contacts SET name = 'brother'", "UPDATE personal_links SET token = NULL",
	"UPDATE people SET unfindable = 1",
	"UPDATE reports SET closed = 0", "UPDATE decisions SET until = 9", "UPDATE acts SET reason = 'spam'",
	"UPDATE spent SET links = 9", "UPDATE media_refs SET size = 6", "UPDATE photos SET size = 6",
	"UPDATE people SET photo_for = 2", "UPDATE contacts SET seen_photo = X'01'", "UPDATE rested SET at = 9",
}

func TestDamageOfAnyProjectionIsFoundAndMended(t *testing.T) {
	s := unsynced(t)
	codec := fillProjections(t, s)
	faults := func(s *Store, rebuild bool) []engine.Fault {
		t.Helper()
		found, err := engine.Check(t.Context(), engine.CheckConfig{Store: s, Codec: codec, Rebuild: rebuild})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := faults(s, true); len(found) > 0 {
		t.Fatal("the whole store has faults:", found)
	}
	statements := damages
	for _, table := range projections {
		statements = append(statements, "DELETE FROM "+table)
	}
	for _, statement := range statements {
		err := s.hand(t.Context(), s.between, &job{done: make(chan struct{}), run: func(w *writer) error {
			n, err := w.conn.affect(statement)
			if err == nil && n == 0 {
				t.Errorf("%s: nothing to damage", statement)
			}
			return err
		}})
		if err != nil {
			t.Fatal(err)
		}
		if found := faults(s, true); len(found) == 0 {
			t.Errorf("%s: not found", statement)
		}
		if left := faults(s, true); len(left) > 0 {
			t.Errorf("%s: not mended: %v", statement, left)
		}
	}
}

// TestEachFaultOfAnEntryIsToldOnce damages what no rebuild can mend.
func TestEachFaultOfAnEntryIsToldOnce(t *testing.T) {
	for statement, want := range map[string][]string{
		"UPDATE entries SET chain = x'0102030405060708' WHERE log = 1 << 32 | 1 AND seq = 9": {
			"chat/1/9: the chain is broken", "chat/1/10: the chain is broken"},
		"UPDATE entries SET seal = x'00' WHERE log = 1 << 32 | 1 AND seq = 2": { // its body was erased
			"chat/1/2: the chain is broken"},
		"UPDATE entries SET body = x'31' WHERE log = 1 << 32 | 1 AND seq = 2": {
			"chat/1/2: the chain is broken", "chat/1/2: the superseded body is still there"},
		"UPDATE entries SET ord = 70 WHERE log = 1 << 32 | 1 AND seq = 68": {
			"ord is 70, not 65", "chat/1/68: the chain is broken", "the head is not the last entry"},
		"DELETE FROM entries WHERE log = 1 << 32 | 1 AND seq = 9": {
			"entry 9 was expected", "block 0"},
		"UPDATE heads SET seq = seq + 1 WHERE log = 2 << 32 | 1":          {"the head is not the last entry"},
		"UPDATE meta SET value = zeroblob(16) WHERE name = 'incarnation'": {"I12"},
		"INSERT INTO heads VALUES (1 << 32 | 77, 1, 1, 1, 0, x'00')":      {"no entries"},
	} {
		s := unsynced(t)
		codec := fillProjections(t, s)
		if err := s.hand(t.Context(), s.between, &job{done: make(chan struct{}), run: func(w *writer) error {
			return w.conn.exec(statement)
		}}); err != nil {
			t.Fatal(err)
		}
		found, err := engine.Check(t.Context(), engine.CheckConfig{Store: s, Codec: codec})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			n := 0
			for _, f := range found {
				if strings.Contains(f.String(), w) {
					n++
				}
			}
			if n != 1 || len(found) != len(want) {
				t.Errorf("%s: %q is told %d times in %v", statement, w, n, found)
			}
		}
	}
}
