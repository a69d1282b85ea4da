// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// anyLog makes a log whose edits and deletions concern lines before them, as a server would.
func anyLog(r *rand.Rand) []Record {
	var log []Record
	add := func(kind Kind, target Seq, body Body) {
		e := Entry{Seq: Seq(len(log) + 1), At: noon, Author: AccountID(r.IntN(3))}
		e.Env = Envelope{Kind: kind, Target: target, Counted: kind == KindMessage}
		log = append(log, Record{Entry: e, Body: body})
	}
	title := "t"
	add(KindChatCreated, 0, &Created{Type: Group, Title: "first"})
	for range 30 {
		target := Seq(1 + r.IntN(len(log)))
		text := &Message{Text: fmt.Sprint("text ", len(log))}
		switch r.IntN(7) {
		case 0, 1, 2:
			add(KindMessage, 0, text)
		case 3:
			add(KindEdit, target, text)
		case 4:
			add(KindDelete, target, nil)
		case 5:
			add(KindPin, target, nil)
		case 6:
			add(KindChatInfo, 0, &InfoChange{Title: &title})
		}
	}
	return log
}

func foldAll(room Room, log []Record) Room {
	for _, rec := range log {
		room = Fold(room, rec)
	}
	return room
}

func TestLinesDoNotDependOnOrderOrNumberOfDeliveries(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		log := anyLog(r)
		want := foldAll(Room{}, log)
		mixed := append(slices.Clone(log), log[r.IntN(len(log)):]...)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		got := foldAll(Room{}, mixed)
		if !reflect.DeepEqual(got.Lines, want.Lines) || got.Head != want.Head || got.Ord != want.Ord {
			t.Fatalf("seed %d:\ngot  %+v\nwant %+v", seed, got.Lines, want.Lines)
		}
	}
}

func TestALogFoldedTwiceIsAsFoldedOnce(t *testing.T) {
	for seed := range uint64(50) {
		log := anyLog(rand.New(rand.NewPCG(seed, 4)))
		once := foldAll(Room{}, log)
		if twice := foldAll(once, log); !reflect.DeepEqual(once, twice) {
			t.Fatalf("seed %d:\nonce  %+v\ntwice %+v", seed, once, twice)
		}
	}
}

func TestFoldingChangesNothingOfTheRoomItIsGiven(t *testing.T) {
	for seed := range uint64(50) {
		log := anyLog(rand.New(rand.NewPCG(seed, 5)))
		var rooms []Room
		var copies []string
		var room Room
		for _, rec := range log {
			rooms, copies = append(rooms, room), append(copies, fmt.Sprintf("%+v", room))
			room = Fold(room, rec)
		}
		for i, before := range rooms {
			if now := fmt.Sprintf("%+v", before); now != copies[i] {
				t.Fatalf("seed %d, entry %d changed the room before it:\n%s\n%s", seed, i+1, copies[i], now)
			}
		}
	}
}

func TestAHistoryPageWithOverlaysFoldsToTheSameLines(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 6))
		log := anyLog(r)
		want := foldAll(Room{}, log)
		// What a server sends of history: superseded bodies are erased, lines carry their overlay.
		page := slices.Clone(log)
		for _, l := range want.Lines {
			if l.By == 0 {
				continue
			}
			version := l.Version
			page[l.Seq-1].Body, page[l.Seq-1].Version = nil, &version
			for i, rec := range page {
				if rec.Env.Target == l.Seq && rec.Seq != l.By && rec.Env.Kind == KindEdit {
					page[i].Body = nil
				}
			}
		}
		slices.Reverse(page)
		got := foldAll(Room{}, page)
		for i, l := range got.Lines {
			if !reflect.DeepEqual(l.Current(), want.Lines[i].Current()) || l.Version.By != want.Lines[i].By {
				t.Fatalf("seed %d:\ngot  %+v\nwant %+v", seed, l, want.Lines[i])
			}
		}
	}
}
