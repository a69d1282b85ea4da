// SPDX-License-Identifier: AGPL-3.0-or-later

package engine_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// service finds the service chat of an account, 0 if it has none.
func (b *bed) service(who chat.Actor) chat.ChatID {
	b.t.Helper()
	room, err := b.store.Direct(b.t.Context(), 0, who.Account)
	if err != nil {
		b.t.Fatal(err)
	}
	return room
}

// tell writes as the server.
func (b *bed) tell(who chat.Actor, text string, key chat.Key) engine.Receipt {
	b.t.Helper()
	wording := chat.Wording{Code: "disk_low", Values: map[string]string{"percent": "4"}}
	r, err := b.Tell(b.t.Context(), who.Account, chat.Tell{Text: text, Wording: wording}, key)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// SRV-1
func TestTheServerTellsInOneChatThatIsMadeWithTheFirstMessage(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	if b.service(ana) != 0 {
		t.Fatal("there is a service chat before anything was told")
	}
	key := b.key()
	first := b.tell(ana, "The disk is nearly full: see https://example.org/disk @ben_b", key)
	room := b.service(ana)
	if room == 0 || first.Log != room.Log() {
		t.Fatalf("told at %s, the service chat is %d", first.Log, room)
	}
	b.tell(ana, "Another", b.key())
	if again := b.tell(ana, "The disk is nearly full", key); !again.Repeated {
		t.Error("the same key told it twice")
	}
	if r := b.tell(ben, "The disk is nearly full", key); r.Repeated || b.service(ben) == room {
		t.Error("one key does not serve two accounts")
	}
	if got := b.texts(ana, room); len(got) != 2 || got[1] != "Another" {
		t.Errorf("ana reads %q", got)
	}
	page, err := b.open(ana, room.Log(), chat.RightRead).Page(t.Context(), engine.PageQuery{Limit: 9})
	if err != nil {
		t.Fatal(err)
	}
	body, err := wireCodec.Decode(chat.KindMessage, page.Items[1].Body)
	if err != nil {
		t.Fatal(err)
	}
	m := body.(*chat.Message)
	if m.Wording == nil || m.Wording.Code != "disk_low" || m.Wording.Values["percent"] != "4" ||
		page.Items[1].Author != 0 || !page.Items[1].Env.Counted {
		t.Errorf("told as %+v by %d", m, page.Items[1].Author)
	}
	if len(m.Entities) != 1 || m.Entities[0].Kind != chat.EntityURL {
		t.Errorf("the words of the server mention somebody: %+v", m.Entities)
	}
	rows, _, _, err := b.store.List(t.Context(), engine.ListQuery{Account: ana.Account, Only: room, Limit: 1})
	if err != nil || rows[0].Unread != 2 || rows[0].Chat.Type != chat.Service || rows[0].Chat.Members != 1 {
		t.Errorf("the row is %+v, %v", rows, err)
	}
}

func TestTellingAtTheSameTimeMakesOneServiceChat(t *testing.T) {
	b := newBed(t)
	ana := b.person("ana_a")
	keys := []chat.Key{b.key(), b.key(), b.key(), b.key(), b.key(), b.key()}
	var all sync.WaitGroup
	for i, key := range keys {
		all.Go(func() {
			tell := chat.Tell{Text: fmt.Sprint("number ", i)}
			if _, err := b.Tell(t.Context(), ana.Account, tell, key); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := b.texts(ana, b.service(ana))
	slices.Sort(got)
	if fmt.Sprint(got) != "[number 0 number 1 number 2 number 3 number 4 number 5]" {
		t.Errorf("told: %v", got)
	}
}

// SRV-1
func TestNobodyButTheServerWritesInAServiceChatNorReadsIt(t *testing.T) {
	b := newBed(t)
	ana, ben := b.person("ana_a"), b.person("ben_b")
	operator := b.person("operator_o")
	operator.Operator = true
	b.tell(ana, "Hello", b.key())
	room := b.service(ana)
	log := room.Log()
	muted, archived := chat.Millis(1<<60), true
	b.must(ana, log, chat.SetPrefs{Prefs: chat.Prefs{MutedUntil: &muted, Archived: &archived}})
	if _, err := b.MarkRead(t.Context(), ana, room, 2); err != nil {
		t.Errorf("its reader cannot mark it as read: %v", err)
	}
	for name, cmd := range map[string]chat.Command{
		"send": chat.Send{Text: "x"}, "edit": chat.Edit{Target: 2, Text: "x"},
		"delete": chat.Delete{Targets: []chat.Seq{2}}, "pin": chat.SetPin{Target: 2},
		"leave": chat.Leave{}, "end": chat.DeleteChat{}, "draft": chat.SetDraft{Text: "x"},
		"invite": chat.Invite{Account: ben.Account}, "tell": chat.Tell{Text: "x"},
		"title": chat.SetInfo{Change: chat.InfoChange{Title: new(string)}}, "link": chat.CreateLink{Token: "t"},
		"member": chat.SetMember{Account: ben.Account, Role: chat.RoleMember}, "join": chat.Join{},
	} {
		for who, actor := range map[string]chat.Actor{"owner": ana, "operator": operator, "stranger": ben} {
			code := chat.CodeForbidden
			if who != "owner" {
				code = chat.CodeNotMember
			}
			_, err := b.do(actor, log, cmd)
			if got := chat.CodeOf(err); got != code && got != chat.CodeForbidden && got != chat.CodeNotAuthor {
				t.Errorf("%s by the %s: %v", name, who, err)
			}
		}
	}
	for _, actor := range []chat.Actor{ben, operator} {
		_, err := b.Open(t.Context(), actor, log, chat.RightRead)
		codeIs(t, err, chat.CodeNotMember)
	}
	_, err := b.OpenDirect(t.Context(), ana, 0, b.key())
	codeIs(t, err, chat.CodeNotFound)
	_, err = b.Create(t.Context(), ana, engine.NewChat{Type: chat.Service, Title: "x"}, b.key())
	codeIs(t, err, chat.CodeBadRequest)
	if got := b.texts(ana, room); len(got) != 1 {
		t.Errorf("ana reads %q", got)
	}
}

func TestTheServerLogIsForOperatorsAlone(t *testing.T) {
	b := newBed(t)
	ana := b.person("ana_a")
	log := chat.ServerLog.ID(0)
	_, err := b.Open(t.Context(), ana, log, chat.RightRead)
	codeIs(t, err, chat.CodeForbidden)
	operator := b.person("operator_o")
	operator.Operator = true
	h := b.open(operator, log, chat.RightRead)
	if _, err := h.Page(t.Context(), engine.PageQuery{Limit: 9}); err != nil {
		t.Error(err)
	}
	_, err = b.Open(t.Context(), operator, chat.ServerLog.ID(1), chat.RightRead)
	codeIs(t, err, chat.CodeForbidden)
	for _, cmd := range []chat.Command{chat.NoteAct{}, chat.Keep{Target: 1}, chat.Tell{Text: "x"}} {
		_, err := h.Do(t.Context(), cmd, b.key())
		codeIs(t, err, chat.CodeForbidden)
	}
	if err := b.NoteAct(t.Context(), chat.OperatorAct{Act: chat.ActList}, b.key(), ana.Account); err != nil {
		t.Error(err)
	}
}
