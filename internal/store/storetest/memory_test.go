// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

func message(log chat.LogID, text string, changes ...chat.Change) chat.Draft {
	return chat.Draft{
		Log: log, At: 1000, Author: 1, Body: []byte(text), Changes: changes,
		Env: chat.Envelope{Kind: chat.KindMessage, Counted: true},
	}
}

func TestABatchThatFailsLeavesNothing(t *testing.T) {
	m := NewMemory()
	log := chat.ChatID(1).Log()
	results, err := m.Append(t.Context(), []engine.Batch{
		{Entries: []chat.Draft{message(log, "one")}},
		{Entries: []chat.Draft{message(log, "two"), message(log, "x", chat.Superseded{Target: 9})}},
		{Entries: []chat.Draft{message(log, "three")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := chat.CodeOf(results[1].Err); got != chat.CodeTargetGone {
		t.Errorf("the second batch failed with %v", got)
	}
	items, err := m.Read(t.Context(), log, 0, 10)
	if err != nil || len(items) != 2 || string(items[1].Body) != "three" || items[1].Seq != 2 {
		t.Errorf("the log holds %v (%v)", items, err)
	}
	if wrong, err := faultsOf(m); len(wrong) > 0 || err != nil {
		t.Error(wrong, err)
	}
}

func TestAForkSharesNothing(t *testing.T) {
	m := NewMemory()
	log := chat.ChatID(1).Log()
	f := m.Fork()
	batch := engine.Batch{Entries: []chat.Draft{message(log, "one")}}
	if _, err := m.Append(t.Context(), []engine.Batch{batch}); err != nil {
		t.Fatal(err)
	}
	heads, err := f.Heads(t.Context(), []chat.LogID{log})
	if err != nil || heads[0] != (chat.Head{Log: log}) {
		t.Errorf("the fork moved with its origin: %v (%v)", heads, err)
	}
}

func TestMemoryIsAStore(t *testing.T) {
	Suite(t, func(*testing.T) engine.Store { return NewMemory() })
}

func TestMemoryKeepsFiles(t *testing.T) {
	FileSuite(t, func(*testing.T) FileStore { return NewMemory() })
}

func TestMemoryKeepsSecrets(t *testing.T) {
	SecretSuite(t, func(*testing.T) SecretStore { return NewMemory() })
}
