// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// testAsMemory does random things to a store and to Memory and compares them after every step.
func testAsMemory(t *testing.T, open func(*testing.T) engine.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		p := &twins{memory: NewMemory(), other: open(t), changes: recorder{}}
		defer func() {
			if err := errors.Join(p.memory.Close(), p.other.Close()); err != nil {
				t.Errorf("close: %v", err)
			}
		}()
		p.both(rt, []engine.Batch{
			{Entries: []chat.Draft{created(1, 1, 2)}}, {Entries: []chat.Draft{created(2, 1)}},
		})
		rt.Repeat(map[string]func(*rapid.T){
			"append":  p.append,
			"append2": p.append, // more often than the rest
			"append3": p.append,
			"marks":   p.marks,
			"compact": p.compact,
			"prune":   p.prune,
			"rebuild": p.rebuild,
			"logs":    p.logs,
			"rooms":   p.rooms,
			"users":   p.users,
			"cases":   p.cases,
			"":        p.same,
		})
		agree(rt, "the check", gave[[]engine.Fault](nil, nil), gave(faultsOf(p.other)))
	})
}

// twins are a store and the reference, which are to be the same.
type twins struct {
	memory  *Memory
	other   engine.Store
	changes recorder
	stored  []twinEntry
}

// twinEntry is an entry in both: their positions may differ.
type twinEntry struct {
	memory, other chat.Pos
	entry         chat.Entry
}

func ctxb() context.Context { return context.Background() }

// faultsOf checks a store without looking into bodies, which these tests make up.
func faultsOf(s engine.Store) ([]engine.Fault, error) {
	return engine.Check(ctxb(), engine.CheckConfig{Store: s})
}

// outcome is what a call gave.
type outcome[T any] struct {
	value T
	err   error
}

func gave[T any](v T, err error) outcome[T] { return outcome[T]{v, err} }

func ended(err error) outcome[int] { return outcome[int]{0, err} }

// both of a call that gives two things.
type duo[A, B any] struct {
	First  A
	Second B
}

func gave2[A, B any](a A, b B, err error) outcome[duo[A, B]] {
	return outcome[duo[A, B]]{duo[A, B]{noPos(a), noPos(b)}, err}
}

// agree fails unless both gave the same, an error of the same code included.
func agree[T any](rt *rapid.T, what string, want, got outcome[T]) {
	rt.Helper()
	if a, b := chat.CodeOf(want.err), chat.CodeOf(got.err); a != b {
		rt.Fatalf("%s: the reference ended with %v, the store with %v (%v)", what, a, b, got.err)
	}
	ours := cmpopts.IgnoreTypes(chat.Seal{}, chat.Chain{}) // random in each store
	if d := cmp.Diff(noPos(want.value), noPos(got.value), cmpopts.EquateEmpty(), ours); d != "" {
		rt.Fatalf("%s differs (- reference, + store):\n%s", what, d)
	}
}

// noPos leaves out positions, which may have gaps.
func noPos[T any](v T) T {
	switch v := any(&v).(type) {
	case *[]chat.Entry:
		*v = slices.Clone(*v)
		for i := range *v {
			(*v)[i].Pos = 0
		}
	case *[]chat.Item:
		*v = slices.Clone(*v)
		for i := range *v {
			(*v)[i].Pos = 0
		}
	case *chat.Entry:
		v.Pos = 0
	case *chat.Head:
		v.Pos = 0
	case *chat.Pos:
		*v = 0
	case *engine.Audience:
		v.Pos = 0
	case *[]chat.Head:
		for i := range *v {
			(*v)[i].Pos = 0
		}
	case *[]engine.ListRow:
		for i := range *v {
			(*v)[i].Head.Pos = 0
			if last := (*v)[i].Last; last != nil {
				last.Pos = 0
			}
		}
	}
	return v
}

func (p *twins) both(rt *rapid.T, batches []engine.Batch) {
	want, err := p.memory.Append(ctxb(), batches)
	if err != nil {
		rt.Fatal(err)
	}
	got, err := p.other.Append(ctxb(), batches)
	if err != nil || len(got) != len(want) {
		rt.Fatalf("append gave %d results: %v", len(got), err)
	}
	for i := range want {
		agree(rt, fmt.Sprintf("batch %d", i),
			gave(want[i].Entries, want[i].Err), gave(got[i].Entries, got[i].Err))
		if want[i].Repeated != got[i].Repeated {
			rt.Fatalf("batch %d: repeated is %v", i, got[i].Repeated)
		}
		if want[i].Repeated {
			continue
		}
		for j, e := range want[i].Entries {
			p.changes[placeName(e)] = batches[i].Entries[j].Changes
			p.stored = append(p.stored, twinEntry{e.Pos, got[i].Entries[j].Pos, e})
		}
	}
}

func (p *twins) append(rt *rapid.T) {
	p.both(rt, rapid.SliceOfN(rapid.Custom(randomBatch), 1, 4).Draw(rt, "batches"))
}

func (p *twins) same(rt *rapid.T) {
	agree(rt, "the dump", gave(dumpOf(p.memory)), gave(dumpOf(p.other)))
}

func dumpOf(s engine.Store) ([]string, error) {
	var rows []string
	err := s.Dump(ctxb(), func(table string, values ...any) error {
		rows = append(rows, fmt.Sprintf("%s %q", table, fmt.Sprint(values)))
		return nil
	})
	return rows, err
}

func (p *twins) rebuild(rt *rapid.T) {
	for _, s := range []engine.Store{p.memory, p.other} {
		before, err := dumpOf(s)
		if err == nil {
			err = s.Rebuild(ctxb(), p.changes.project)
		}
		after, err2 := dumpOf(s)
		if err != nil || err2 != nil || !slices.Equal(before, after) {
			rt.Fatalf("rebuild: %v %v %s", err, err2, cmp.Diff(before, after))
		}
	}
}

func (p *twins) prune(rt *rapid.T) {
	before := rapid.SampledFrom(randomKeys()).Draw(rt, "before").Made()
	agree(rt, "prune", ended(p.memory.PruneKeys(ctxb(), before)), ended(p.other.PruneKeys(ctxb(), before)))
}

// compact erases some of what may be erased.
func (p *twins) compact(rt *rapid.T) {
	log := rapid.SampledFrom(randomAccounts()).Draw(rt, "account").Log()
	floor := chat.Seq(rapid.IntRange(0, int(p.memory.head(log).Seq)).Draw(rt, "floor"))
	var erase []chat.Seq
	for i, s := range p.stored {
		if s.entry.Log == log && s.entry.Seq <= floor && p.erasable(i) && rapid.Bool().Draw(rt, "erase") {
			erase = append(erase, s.entry.Seq)
		}
	}
	agree(rt, "compact", ended(p.memory.Compact(ctxb(), log, floor, erase)),
		ended(p.other.Compact(ctxb(), log, floor, erase)))
}

// erasable reports whether all the entry says was superseded later.
func (p *twins) erasable(i int) bool {
	changes := p.changes[placeName(p.stored[i].entry)]
	if len(changes) != 1 || p.edited(p.stored[i].entry) {
		return false
	}
	switch c := changes[0].(type) {
	case chat.ReadSet:
		return c.Mark.Seq < p.memory.proj.reads[inChat(c.Mark.Chat, c.Account)].Seq
	case chat.DraftSet:
		return slices.ContainsFunc(p.stored[i+1:], func(s twinEntry) bool {
			return slices.ContainsFunc(p.changes[placeName(s.entry)], func(later chat.Change) bool {
				d, ok := later.(chat.DraftSet)
				return ok && d.Account == c.Account && d.Draft.Chat == c.Draft.Chat
			})
		})
	}
	return false
}

// edited reports whether an entry is one that another gave a content, whose author then is the entry's: in a
// server these are messages, never the drafts and marks that compaction erases.
func (p *twins) edited(e chat.Entry) bool {
	return slices.ContainsFunc(p.stored, func(s twinEntry) bool {
		return s.entry.Log == e.Log && slices.ContainsFunc(p.changes[placeName(s.entry)], func(c chat.Change) bool {
			used, ok := c.(chat.MediaUsed)
			return ok && used.Target == e.Seq
		})
	})
}

func (p *twins) marks(rt *rapid.T) {
	room := rapid.SampledFrom(randomRooms()).Draw(rt, "room")
	seq := rapid.Custom(randomSeq).Draw(rt, "seq")
	who := engine.Reactor{
		Account: rapid.SampledFrom(randomAccounts()).Draw(rt, "who"),
		Emojis:  rapid.SliceOfN(rapid.SampledFrom([]string{"👍", "❤", "🔥"}), 0, 3).Draw(rt, "emojis"),
	}
	m, o := p.memory, p.other
	agree(rt, "react", gave(m.React(ctxb(), room.Log(), seq, who)), gave(o.React(ctxb(), room.Log(), seq, who)))
	views := []engine.ViewCount{{Log: room.Log(), Seq: seq, Views: 2}, {Log: room.Log(), Seq: seq + 1, Views: 1}}
	agree(rt, "views", ended(m.AddViews(ctxb(), views)), ended(o.AddViews(ctxb(), views)))
	ticks := []engine.Tick{{Chat: room, Account: who.Account, Seq: seq}}
	agree(rt, "ticks", ended(m.SetTicks(ctxb(), ticks)), ended(o.SetTicks(ctxb(), ticks)))
	seen := map[chat.AccountID]chat.Millis{who.Account: chat.Millis(seq) * 100}
	agree(rt, "seen", ended(m.Seen(ctxb(), seen)), ended(o.Seen(ctxb(), seen)))
}

func (p *twins) logs(rt *rapid.T) {
	log := rapid.SampledFrom(randomLogs()).Draw(rt, "log")
	after := rapid.Custom(randomSeq).Draw(rt, "after")
	limit := rapid.IntRange(0, 8).Draw(rt, "limit")
	from := p.since(rt)
	some := []chat.Seq{after + 2, after, after + 1, after}
	m, o := p.memory, p.other

	agree(rt, "read", gave(m.Read(ctxb(), log, after, limit)), gave(o.Read(ctxb(), log, after, limit)))
	agree(rt, "page", gave2(m.Page(ctxb(), log, after, limit)), gave2(o.Page(ctxb(), log, after, limit)))
	agree(rt, "get", gave(m.Get(ctxb(), log, some)), gave(o.Get(ctxb(), log, some)))
	agree(rt, "changes", gave(m.Changes(ctxb(), log, after, limit)), gave(o.Changes(ctxb(), log, after, limit)))
	agree(rt, "heads", gave(m.Heads(ctxb(), randomLogs())), gave(o.Heads(ctxb(), randomLogs())))
	agree(rt, "feed", gave2(m.Feed(ctxb(), from.memory, limit)), gave2(o.Feed(ctxb(), from.other, limit)))
	agree(rt, "tallies", gave(m.Tallies(ctxb(), log, some, 1)), gave(o.Tallies(ctxb(), log, some, 1)))
	agree(rt, "reactors", gave(m.Reactors(ctxb(), log, after, 1, limit)),
		gave(o.Reactors(ctxb(), log, after, 1, limit)))
	at := chat.Millis(after) * 400
	first := must2(o.FirstAt(ctxb(), log, at))(rt)
	if e, ok := m.at(log, first); first != 0 && (!ok || !e.Env.Counted || e.At < at) {
		rt.Fatalf("the first entry at %d is said to be %d", at, first)
	}
}

func must2[T any](v T, err error) func(*rapid.T) T {
	return func(rt *rapid.T) T {
		if err != nil {
			rt.Fatal(err)
		}
		return v
	}
}

// since is a place in the commit order of both.
func (p *twins) since(rt *rapid.T) twinEntry {
	i := rapid.IntRange(-1, len(p.stored)-1).Draw(rt, "since")
	if i < 0 {
		return twinEntry{}
	}
	return p.stored[i]
}

func (p *twins) rooms(rt *rapid.T) {
	room := rapid.SampledFrom(randomRooms()).Draw(rt, "room")
	x := rapid.SampledFrom(randomAccounts()).Draw(rt, "x")
	y := rapid.SampledFrom(randomAccounts()).Draw(rt, "y")
	name := rapid.SampledFrom(randomNames()).Draw(rt, "name")
	limit := rapid.IntRange(0, 8).Draw(rt, "limit")
	roles := rapid.SampledFrom([]chat.Role{chat.RoleMember, chat.RoleBanned, chat.RoleNone})
	q := engine.MemberQuery{
		Chat: room, After: x - 1, Limit: limit,
		Prefix:     rapid.SampledFrom([]string{"", "a", "al", "al b", "b"}).Draw(rt, "prefix"),
		Roles:      rapid.SliceOfN(roles, 0, 2).Draw(rt, "roles"),
		Restricted: rapid.Bool().Draw(rt, "restricted"), At: 1000,
	}
	m, o := p.memory, p.other

	agree(rt, "facts", gave(m.Facts(ctxb(), room, x, y)), gave(o.Facts(ctxb(), room, x, y)))
	agree(rt, "members", gave(m.Members(ctxb(), q)), gave(o.Members(ctxb(), q)))
	agree(rt, "audience", gave(m.Audience(ctxb(), room)), gave(o.Audience(ctxb(), room)))
	agree(rt, "name", gave(m.Name(ctxb(), name, "a")), gave(o.Name(ctxb(), name, "a")))
	agree(rt, "rested", gave(m.Rested(ctxb(), name)), gave(o.Rested(ctxb(), name)))
	for _, owner := range []engine.Owner{{Account: x}, {Chat: room}} {
		agree(rt, "given up", gave(m.GivenUp(ctxb(), owner)), gave(o.GivenUp(ctxb(), owner)))
	}
	agree(rt, "direct", gave(m.Direct(ctxb(), x, y)), gave(o.Direct(ctxb(), x, y)))
	for _, token := range []string{"", "t1", "t9"} {
		for _, who := range []chat.AccountID{0, x} {
			agree(rt, "links", gave2(m.Links(ctxb(), room, token, who)), gave2(o.Links(ctxb(), room, token, who)))
		}
	}
	for _, by := range []chat.AccountID{0, x} {
		agree(rt, "requests", gave(m.Requests(ctxb(), room, by)), gave(o.Requests(ctxb(), room, by)))
	}
	agree(rt, "lately", gave(m.Lately(ctxb(), room, x, limit)), gave(o.Lately(ctxb(), room, x, limit)))
	agree(rt, "pinned", gave(m.Pinned(ctxb(), room, limit)), gave(o.Pinned(ctxb(), room, limit)))
}

func (p *twins) users(rt *rapid.T) {
	who := rapid.SampledFrom(randomAccounts()).Draw(rt, "who")
	room := rapid.SampledFrom(randomRooms()).Draw(rt, "room")
	device := rapid.SampledFrom(randomDevices()).Draw(rt, "device")
	key := rapid.SampledFrom(randomKeys()).Draw(rt, "key")
	from := p.since(rt)
	q := engine.ListQuery{
		Account: who, Skip: rapid.IntRange(0, 2).Draw(rt, "skip"), Limit: rapid.IntRange(0, 4).Draw(rt, "limit"),
		Only: rapid.SampledFrom([]chat.ChatID{0, 0, room}).Draw(rt, "only"),
		With: rapid.SampledFrom(append(randomAccounts(), 0, 0, 0)).Draw(rt, "with"),
	}
	m, o := p.memory, p.other

	q.Since = from.memory
	want, total, _, err := m.List(ctxb(), q)
	q.Since = from.other
	got, gotTotal, _, gotErr := o.List(ctxb(), q)
	agree(rt, "list", gave2(want, total, err), gave2(got, gotTotal, gotErr))
	agree(rt, "people", gave(m.People(ctxb(), randomAccounts())), gave(o.People(ctxb(), randomAccounts())))
	agree(rt, "blocked", gave(m.Blocked(ctxb(), who)), gave(o.Blocked(ctxb(), who)))
	agree(rt, "blocks", gave(m.Blocked(ctxb(), who, 1, 2, 3, 4)), gave(o.Blocked(ctxb(), who, 1, 2, 3, 4)))
	agree(rt, "knowing", gave(m.Knowing(ctxb(), who, 1, 2, 3, 4)), gave(o.Knowing(ctxb(), who, 1, 2, 3, 4)))
	agree(rt, "talking", gave(m.Talking(ctxb(), who, 4, 2, 2, 1)), gave(o.Talking(ctxb(), who, 4, 2, 2, 1)))
	agree(rt, "spent", gave(m.Spent(ctxb(), who, 2)), gave(o.Spent(ctxb(), who, 2)))
	agree(rt, "held", gave(m.Held(ctxb(), who)), gave(o.Held(ctxb(), who)))
	agree(rt, "invitations", gave(m.Invitations(ctxb(), who)), gave(o.Invitations(ctxb(), who)))
	agree(rt, "sources", gave(m.Source(ctxb(), room, []int64{1, 2, 3})),
		gave(o.Source(ctxb(), room, []int64{1, 2, 3})))
	agree(rt, "find", gave2(m.Find(ctxb(), device, key)), gave2(o.Find(ctxb(), device, key)))
	agree(rt, "peer tick", gave(m.PeerTick(ctxb(), room, who)), gave(o.PeerTick(ctxb(), room, who)))
	agree(rt, "readers", gave(m.Readers(ctxb(), room, 2)), gave(o.Readers(ctxb(), room, 2)))
}
