// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"strings"
	"testing"
)

func pageFacts() Facts {
	return Facts{
		Chat:  Chat{ID: 1, Type: Group, Defaults: MemberGrants, Members: 3},
		Actor: Member{Account: 1, Role: RoleMember}, Files: uploadsOfOne(),
		Card: &Preview{URL: "https://example.org/a", Title: "the page\u202e", Site: strings.Repeat("s", 500),
			Image: &Poster{Hash: Hash{9}, Size: 5, MIME: "image/png", Width: 90, Height: 60}},
	}
}

// PREVIEW-2
func TestAMessageShowsThePageOfALinkItHas(t *testing.T) {
	const page = "https://example.org/a"
	photo := &NewMedia{Kind: MediaPhoto, File: "photo"}
	for name, c := range map[string]struct {
		send   Send
		change func(*Facts)
		shown  bool
	}{
		"a link":           {Send{Text: "see " + page, Preview: page}, nil, true},
		"a link without":   {Send{Text: "see example.org/a", Preview: page}, nil, true},
		"another link":     {Send{Text: "see https://example.org/b", Preview: page}, nil, false},
		"words":            {Send{Text: "see", Preview: page}, nil, false},
		"not wanted":       {Send{Text: "see " + page}, nil, false},
		"beside a photo":   {Send{Text: page, Preview: page, Media: photo}, nil, false},
		"nothing is known": {Send{Text: page, Preview: page}, func(f *Facts) { f.Card = nil }, false},
		"before a stranger accepts": {Send{Text: page, Preview: page}, func(f *Facts) {
			f.Chat = Chat{ID: 1, Type: Direct, Members: 1, Peers: [2]AccountID{1, 2}}
		}, false},
		"a page that is mum": {Send{Text: page, Preview: page}, func(f *Facts) {
			f.Card = &Preview{Site: "s"}
		}, false},
	} {
		f := pageFacts()
		if c.change != nil {
			c.change(&f)
		}
		events, err := Decide(f, Actor{Account: 1, Scopes: ScopeSend}, c.send, noon)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p := events[0].Body.(*Message).Preview
		if (p != nil) != c.shown {
			t.Errorf("%s: %+v", name, p)
		}
		if p != nil && (p.Title != "the page" || Len16(p.Site) > MaxMediaLabel || p.URL != page) {
			t.Errorf("%s: stored as %+v", name, p)
		}
		used := 0
		for _, ch := range carried(events[0].Body.(*Message), 1) {
			if ch.(MediaUsed).Hash == (Hash{9}) {
				used++
			}
		}
		if used != 1 && c.shown || used != 0 && !c.shown {
			t.Errorf("%s: its picture is carried %d times", name, used)
		}
	}
}

// PREVIEW-2
func TestAnEditKeepsWhatItsLinkShows(t *testing.T) {
	const page = "https://example.org/a"
	shown := &Preview{URL: page, Title: "before"}
	before := &Message{Text: "see " + page, Entities: []Entity{{Kind: EntityURL, Offset: 4, Length: 21}}}
	edit := func(had *Preview, text, ask string) *Message {
		t.Helper()
		f := pageFacts()
		m := *before
		m.Preview = had
		f.Refs = map[Seq]Ref{5: {Kind: KindMessage, Author: 1, Body: &m, At: noon}}
		cmd := Edit{Target: 5, Text: text, Preview: ask}
		events, err := Decide(f, Actor{Account: 1, Scopes: ScopeSend}, cmd, noon)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			return nil
		}
		return events[0].Body.(*Message)
	}
	if m := edit(shown, "look: "+page, ""); m == nil || m.Preview != shown {
		t.Errorf("the words changed: %+v", m)
	}
	if m := edit(shown, "no link", ""); m == nil || m.Preview != nil {
		t.Errorf("the link went: %+v", m)
	}
	if m := edit(nil, before.Text, page); m == nil || m.Preview == nil || m.Preview.Title != "the page" {
		t.Errorf("asked for: %+v", m)
	}
	if m := edit(shown, before.Text, page); m != nil {
		t.Errorf("nothing changed, and yet: %+v", m)
	}
}
