// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
)

// A conversation script is a text file: a cast, then line by line who does and who sees what. A line is an
// actor, a verb and its words; words with spaces stand in quotes, # begins a comment. "sara/phone" is a
// second device of sara's.
//
//	cast sara reza
//	sara creates group "Friends" as friends
//	reza joins friends
//	sara says friends "سلام" as hello
//	reza sees friends "سلام"
//	reza fails FORBIDDEN: pins hello
//
// What somebody sees is waited for, and must then be exactly that. The verbs are in verbs.go and in
// docs/testing.md.

// patience is how long a line may wait for what it expects.
const patience = 20 * time.Second

// stage is a script under way.
type stage struct {
	t       *testing.T
	ctx     context.Context
	host    Host
	devices map[string]*device // by "name" and "name/device"
	chats   map[string]uint32
	notes   map[string]note // messages by alias
	links   map[string]string
	tags    map[string]string  // what was fetched, by its address
	bundles map[string]bundle  // uploads by alias
	cases   map[string]rulable // reports and decisions by alias
	safes   map[string]*safe   // what people keep, by name
	forms   map[string]*form   // what newcomers typed, by name
	started int
	guessed int
}

// note is a message that a script has named.
type note struct {
	chat uint32
	seq  uint32
	sent <-chan sent // set while it waits in an outbox
	// carries is the alias of the upload it was sent with, hash what it carries once that was asked for.
	carries string
	hash    []byte
}

type sent struct {
	seq uint32
	err error
}

// line is one parsed line.
type line struct {
	actor string
	fails string // the code that the server must answer; empty: it must succeed
	verb  string
	words []string
}

// RunScript plays a script against a host.
func RunScript(t *testing.T, path string, host Host) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	s := &stage{
		t: t, ctx: ctx, host: host, devices: map[string]*device{}, chats: map[string]uint32{},
		notes: map[string]note{}, links: map[string]string{}, cases: map[string]rulable{},
		safes: map[string]*safe{}, bundles: map[string]bundle{}, forms: map[string]*form{},
		tags: map[string]string{},
	}
	defer s.close()
	for i, text := range strings.Split(string(raw), "\n") {
		l, err := parseLine(text)
		if err == nil && l != nil {
			s.hush(l)
			err = s.play(l)
		}
		if err != nil {
			t.Fatalf("%s:%d: %s\n\t%v", path, i+1, strings.TrimSpace(text), err)
		}
	}
}

// parseLine reads one line; nil where it says nothing.
func parseLine(text string) (*line, error) {
	words, err := split(text)
	if err != nil || len(words) == 0 {
		return nil, err
	}
	if words[0] == "cast" || words[0] == "server" || words[0] == "operator" {
		if len(words) < 2 {
			return nil, fmt.Errorf("too short")
		}
		if words[0] == "server" {
			return &line{verb: "server " + words[1]}, nil
		}
		return &line{verb: words[0], words: words[1:]}, nil
	}
	l := &line{actor: words[0]}
	words = words[1:]
	if len(words) > 1 && words[0] == "fails" {
		l.fails = strings.TrimSuffix(words[1], ":")
		words = words[2:]
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("no verb")
	}
	l.verb, l.words = words[0], words[1:]
	return l, nil
}

// hush tells the host what people say and are called in a line: neither may be logged.
func (s *stage) hush(l *line) {
	for i, w := range l.words {
		if w == "as" {
			return // what a script calls something no server hears of
		}
		switch {
		case l.verb == "cast", strings.ContainsFunc(w, func(r rune) bool { return r <= ' ' || r > '~' }):
			s.host.Hush(w)
		case i > 0 && (l.verb == "says" || l.verb == "queues" || l.verb == "creates"):
			s.host.Hush(w)
		}
	}
}

// split cuts a line into words; quoted ones may hold spaces and \n.
func split(text string) ([]string, error) {
	var words []string
	var b strings.Builder
	quoted, any := false, false
	flush := func() {
		if any {
			words = append(words, strings.ReplaceAll(b.String(), `\n`, "\n"))
			b.Reset()
			any = false
		}
	}
	for _, r := range text {
		switch {
		case r == '"':
			quoted, any = !quoted, true
		case quoted:
			b.WriteRune(r)
		case r == '#':
			flush()
			return words, nil
		case r == ' ' || r == '\t':
			flush()
		default:
			b.WriteRune(r)
			any = true
		}
	}
	if quoted {
		return nil, fmt.Errorf("a quote is not closed")
	}
	flush()
	return words, nil
}

// play carries out one line and compares its outcome with what the line expects.
func (s *stage) play(l *line) error {
	act, ok := verbs[l.verb]
	if !ok {
		act, ok = caseVerbs()[l.verb]
	}
	if !ok {
		act, ok = factorVerbs()[l.verb]
	}
	if !ok {
		act, ok = mediaVerbs()[l.verb]
	}
	if !ok {
		act, ok = portraitVerbs()[l.verb]
	}
	if !ok {
		act, ok = reviewVerbs()[l.verb]
	}
	if !ok {
		act, ok = leavingVerbs()[l.verb]
	}
	if !ok {
		return fmt.Errorf("no such verb: %s", l.verb)
	}
	err := act(s, l)
	if l.fails == "" {
		return err
	}
	if err == nil {
		return fmt.Errorf("it succeeded; %s was expected", l.fails)
	}
	if got := zolal.CodeOf(err).String(); got != l.fails {
		return fmt.Errorf("%s was expected: %w", l.fails, err)
	}
	return nil
}

// device returns the device that acts in a line.
func (s *stage) device(l *line) (*device, error) {
	d := s.devices[l.actor]
	if d == nil {
		return nil, fmt.Errorf("%s is not in the cast", l.actor)
	}
	return d, nil
}

// person returns somebody's account.
func (s *stage) person(name string) (uint32, error) {
	d := s.devices[name]
	if d == nil {
		return 0, fmt.Errorf("%s is not in the cast", name)
	}
	return d.account, nil
}

func (s *stage) chat(alias string) (uint32, error) {
	if id := s.chats[alias]; id != 0 {
		return id, nil
	}
	return 0, fmt.Errorf("no chat is called %s", alias)
}

// chatsOf are the chats of many aliases.
func (s *stage) chatsOf(aliases []string) (ids []uint32, err error) {
	for _, alias := range aliases {
		id, err := s.chat(alias)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// note returns a named message, waiting for its acknowledgement if need be.
func (s *stage) note(alias string) (note, error) {
	n, ok := s.notes[alias]
	if !ok {
		return n, fmt.Errorf("no message is called %s", alias)
	}
	if n.sent != nil {
		select {
		case r := <-n.sent:
			if r.err != nil {
				return n, r.err
			}
			n.seq, n.sent = r.seq, nil
			s.notes[alias] = n
		case <-time.After(patience):
			return n, fmt.Errorf("message %s is not acknowledged", alias)
		}
	}
	return n, nil
}

// alias returns the word after "as", empty if there is none, and the words before it.
func alias(words []string) ([]string, string) {
	if n := len(words); n >= 2 && words[n-2] == "as" {
		return words[:n-2], words[n-1]
	}
	return words, ""
}

// until asks again until something holds, for as long as patience lasts.
func (s *stage) until(holds func() (bool, string)) error {
	deadline := time.Now().Add(patience)
	for {
		ok, got := holds()
		if ok {
			return nil
		}
		if time.Now().After(deadline) || s.ctx.Err() != nil {
			return fmt.Errorf("after %s: %s", patience, got)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (s *stage) close() {
	for _, d := range s.devices {
		d.close()
	}
}
