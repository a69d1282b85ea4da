// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
)

// served is what the server told an account, as codes with texts.
func served(t *testing.T, s *Server, who chat.AccountID) (out []chat.Message) {
	t.Helper()
	room, err := s.store.Direct(t.Context(), 0, who)
	if err != nil || room == 0 {
		return nil
	}
	entries, err := s.store.Read(t.Context(), room.Log(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		body, err := wire.Codec{}.Decode(e.Env.Kind, e.Body)
		if err != nil {
			t.Fatal(err)
		}
		if m, ok := body.(*chat.Message); ok {
			out = append(out, *m)
		}
	}
	return out
}

func TestEverybodyIsToldOnceOfAChangeOfTheTerms(t *testing.T) {
	s, ahead := termsServer(t, t.TempDir())
	var people []chat.AccountID
	for i := range 3 {
		made, err := s.addUser(t.Context(), AddUser{Username: fmt.Sprintf("person_number_%c", 'a'+i)})
		if err != nil {
			t.Fatal(err)
		}
		people = append(people, made.Account)
	}
	publish := func(text string) TermsVersion {
		v, err := s.publishTerms(t.Context(), PublishTerms{Persian: "# شرایط " + text, English: "# Terms " + text})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v := publish("two")
	inTime(t, "nobody is told", func() bool {
		for _, who := range people {
			if len(served(t, s, who)) != 1 {
				return false
			}
		}
		return true
	})
	m := served(t, s, people[2])[0]
	if m.Wording.Code != toldTerms || m.Wording.Values["version"] != "2" ||
		!strings.Contains(m.Text, fmt.Sprintf("/terms?version=%d&changes&lang=en", v.Version)) {
		t.Errorf("they are told %+v", m)
	}
	ahead.Store(int64(time.Hour))
	late, err := s.addUser(t.Context(), AddUser{Username: "who_came_later"})
	if err != nil {
		t.Fatal(err)
	}
	inTime(t, "it does not come to its end", func() bool {
		kept, err := s.store.Secret(t.Context(), secretAnnounced)
		return err == nil && strings.Contains(string(kept), `"done":true`)
	})
	// As after a restore that lost how far it was: the keys tell what was told.
	kept, err := s.store.Secret(t.Context(), secretAnnounced)
	if err != nil {
		t.Fatal(err)
	}
	lost := account.SecretPut{Name: secretAnnounced, Old: kept, New: []byte("{}")}
	if err := s.store.Apply(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	if err := s.announceAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	publish("three")
	inTime(t, "not everybody is told of the next change once", func() bool {
		for _, who := range people {
			if len(served(t, s, who)) != 2 {
				return false
			}
		}
		return len(served(t, s, late.Account)) == 1
	})
	if got := served(t, s, late.Account); len(got) != 1 || got[0].Wording.Values["version"] != "3" {
		t.Errorf("who came between the two changes is told %+v", got)
	}
}
