// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Suite holds a store to every duty of engine.Store. open gives an empty store, which Suite closes.
func Suite(t *testing.T, open func(*testing.T) engine.Store) {
	for _, c := range []struct {
		duty string
		test func(*bench)
	}{
		{"numbers are contiguous and ords count what counts", testNumbers},
		{"a repeated key returns its earlier place", testRepeatedKey},
		{"a key belongs to its device", testKeyOfDevice},
		{"a condition that does not hold stores nothing", testConditions},
		{"batches of one call have fates of their own", testFates},
		{"a batch over several logs is whole", testWholeBatch},
		{"what was stored cannot be written into", testSharedBodies},
		{"chains link every entry to all before it", testChain},
		{"what is left of an erased body does not tell what it said", testSeals},
		{"an ended context stores nothing", testEndedContext},
		{"pages go backward with their head", testPages},
		{"a page and its head are of one snapshot", testSnapshot},
		{"reading goes forward and stops at the limit", testRead},
		{"changes tell what was superseded since", testChanges},
		{"the feed is in commit order", testFeed},
		{"a superseded body is gone from every read", testSuperseded},
		{"a deletion beats an edit", testDeletionStays},
		{"redacting drops pins, mentions and marks", testRedaction},
		{"redacting, editing and deleting a chat end what entries carry", testMedia},
		{"photos of accounts stay beside each other, a chat has one", testPhotos},
		{"how others stand to an account decides what it sees of them", testRegards},
		{"names are unique to look at", testNames},
		{"public chats come by how many are in them", testPublic},
		{"two accounts have one direct chat", testDirect},
		{"the highest version of a member wins", testMembers},
		{"members are found by a word of their name", testMemberSearch},
		{"blocking raises the facts of the direct chat", testBlocking},
		{"facts hold what slow mode needs", testSlowMode},
		{"links count their uses up to their limit", testLinks},
		{"join requests wait until decided", testRequests},
		{"unread is a subtraction", testUnread},
		{"the list has the moved chats first", testList},
		{"groups and channels are counted, and those one owns", testHeld},
		{"who knows and who talks is told by their direct chat", testTies},
		{"what was used of a day's allowances is told from a time on", testSpent},
		{"a draft replaces the one before and erases it", testDrafts},
		{"a contact replaces the one before and erases it", testContacts},
		{"a personal link leads to its account until it is replaced", testPersonal},
		{"a number of an imported history is bound once", testSources},
		{"the first entry at a time is found", testFirstAt},
		{"reports are open until something closes them", testReports},
		{"decisions stand until taken back, and appeals until answered", testDecisions},
		{"acts are listed, the newest first", testActs},
		{"numbers given are never given again", testNextID},
		{"names that were given up rest", testRested},
		{"an account that was deleted leaves nothing of itself", testErasedAccount},
		{"a compacted log begins after its floor", testCompact},
		{"notices are found below the floor too", testNotices},
		{"reactions replace each other and are tallied", testReactions},
		{"views add up and ticks go forward", testViewsAndTicks},
		{"a rebuild leaves what was there", testRebuild},
		{"a rebuild that fails changes nothing", testRebuildFails},
		{"forgotten keys are forgotten", testPruneKeys},
		{"an incarnation stays until renewed", testIncarnation},
		{"a closed store says so", testClosed},
	} {
		t.Run(c.duty, func(t *testing.T) {
			b := newBench(t, open(t))
			c.test(b)
			b.end()
		})
	}
	t.Run("does as the reference does", func(t *testing.T) { testAsMemory(t, open) })
}

// bench is a store under test with what most tests need of it.
type bench struct {
	*testing.T
	engine.Store
	keys   byte
	closed bool
}

func newBench(t *testing.T, s engine.Store) *bench { return &bench{T: t, Store: s} }

// end checks a store as fsck would, and closes it.
func (b *bench) end() {
	b.Helper()
	if b.closed {
		return
	}
	wrong, err := faultsOf(b.Store)
	if err != nil {
		b.Errorf("check: %v", err)
	}
	for _, w := range wrong {
		b.Errorf("check: %s", w)
	}
	if err := b.Close(); err != nil {
		b.Errorf("close: %v", err)
	}
}

// key makes another client key, made at a second of its own.
func (b *bench) key() chat.Key {
	b.keys++
	return chat.Key{4: b.keys, 15: 1}
}

// append stores batches in one call.
func (b *bench) append(batches ...engine.Batch) []engine.Result {
	b.Helper()
	results, err := b.Append(b.Context(), batches)
	if err != nil {
		b.Fatalf("append: %v", err)
	}
	if len(results) != len(batches) {
		b.Fatalf("append of %d batches has %d results", len(batches), len(results))
	}
	return results
}

// add stores drafts as one batch, which must not fail.
func (b *bench) add(drafts ...chat.Draft) []chat.Entry {
	b.Helper()
	r := b.append(engine.Batch{Entries: drafts})[0]
	if r.Err != nil {
		b.Fatalf("append: %v", r.Err)
	}
	return r.Entries
}

// refused stores drafts as one batch, which must fail with a code.
func (b *bench) refused(want chat.Code, drafts ...chat.Draft) {
	b.Helper()
	if got := chat.CodeOf(b.append(engine.Batch{Entries: drafts})[0].Err); got != want {
		b.Errorf("the batch ended with %v, not with %v", got, want)
	}
}

// head returns where one log stands.
func (b *bench) head(log chat.LogID) chat.Head {
	b.Helper()
	return must(b.Heads(b.Context(), []chat.LogID{log}))(b)[0]
}

// items returns a whole log.
func (b *bench) items(log chat.LogID) []chat.Item {
	b.Helper()
	return must(b.Read(b.Context(), log, 0, 1000))(b)
}

// facts returns those of a chat without anybody.
func (b *bench) facts(room chat.ChatID) uint64 {
	b.Helper()
	return must(b.Facts(b.Context(), room, 0, 0))(b).Chat.Facts
}

// same compares what a store gave with what it should.
func same[T any](b *bench, what string, got, want T) {
	b.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		b.Errorf("%s differs (- wanted, + given):\n%s", what, d)
	}
}

// must ends the test on an error: must(call())(b).
func must[T any](v T, err error) func(*bench) T {
	return func(b *bench) T {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
		return v
	}
}

// code fails the test unless err has the code.
func (b *bench) code(what string, err error, want chat.Code) {
	b.Helper()
	if got := chat.CodeOf(err); got != want {
		b.Errorf("%s ended with %v (%v), not with %v", what, got, err, want)
	}
}

// Drafts that most tests use.

// said is a counted message of an account.
func said(room chat.ChatID, who chat.AccountID, text string, changes ...chat.Change) chat.Draft {
	return chat.Draft{
		Log: room.Log(), At: 1_000, Author: who, Body: []byte(text), Changes: changes,
		Env: chat.Envelope{Kind: chat.KindMessage, Counted: true},
	}
}

// did is an uncounted entry of any log.
func did(log chat.LogID, kind chat.Kind, changes ...chat.Change) chat.Draft {
	return chat.Draft{
		Log: log, At: 2_000, Author: 1, Body: []byte{byte(kind)}, Changes: changes,
		Env: chat.Envelope{Kind: kind},
	}
}

// edited is today's version of a message.
func edited(room chat.ChatID, target chat.Seq, text string) chat.Draft {
	d := did(room.Log(), chat.KindEdit, chat.Superseded{Target: target})
	d.Body, d.Env.Target = []byte(text), target
	return d
}

// deleted redacts a message.
func deleted(room chat.ChatID, target chat.Seq) chat.Draft {
	d := did(room.Log(), chat.KindDelete, chat.Superseded{Target: target, Redact: true})
	d.Body, d.Env.Target = nil, target
	return d
}

// created is the first entry of a group with members, each at version 1.
func created(room chat.ChatID, members ...chat.AccountID) chat.Draft {
	changes := []chat.Change{chat.ChatAdded{Chat: chat.Chat{ID: room, Type: chat.Group, Facts: 1}}}
	for _, m := range members {
		changes = append(changes, joined(room, m, 1))
	}
	return did(room.Log(), chat.KindChatCreated, changes...)
}

// joined makes an account a member.
func joined(room chat.ChatID, who chat.AccountID, version uint32) chat.MemberSet {
	return standing(room, who, chat.RoleMember, version)
}

func standing(room chat.ChatID, who chat.AccountID, role chat.Role, version uint32) chat.MemberSet {
	return chat.MemberSet{Chat: room, Member: chat.Member{Account: who, Role: role, Version: version}}
}

// seqs of entries.
func seqs[T chat.Entry | chat.Item](list []T) []chat.Seq {
	var out []chat.Seq
	for _, v := range list {
		switch v := any(v).(type) {
		case chat.Entry:
			out = append(out, v.Seq)
		case chat.Item:
			out = append(out, v.Seq)
		}
	}
	return out
}
