// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"context"
	"errors"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

func TestFaultsDoWhatTheySay(t *testing.T) {
	log := chat.ChatID(1).Log()
	batch := engine.Batch{Device: 1, Key: chat.Key{4: 1}, Entries: []chat.Draft{said(1, 1, "x")}}
	for _, c := range []struct {
		name   string
		fault  Fault
		fails  bool      // the call
		code   chat.Code // of the batch
		stored chat.Seq
	}{
		{"sound", Sound, false, 0, 1},
		{"fail before", FailBefore, true, 0, 0},
		{"fail after", FailAfter, true, 0, 1},
		{"slow", Slow, false, 0, 1},
		{"full disk", FullDisk, false, chat.CodeDiskFull, 0},
		{"read only", ReadOnly, false, chat.CodeReadOnly, 0},
		{"drop", Drop, false, 0, 0},
		{"double", Double, false, 0, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, waited := NewMemory(), 0
			f := &Faulty{
				Store: m,
				Plan:  func(string) Fault { return c.fault },
				Wait:  func(context.Context) { waited++ },
			}
			results, err := f.Append(t.Context(), []engine.Batch{batch})
			if c.fails != errors.Is(err, ErrFault) {
				t.Fatalf("append ended with %v", err)
			}
			if err == nil && chat.CodeOf(results[0].Err) != c.code {
				t.Errorf("the batch ended with %v", results[0].Err)
			}
			if err == nil && c.code == 0 && len(results[0].Entries) != 1 {
				t.Errorf("the batch gave %+v", results[0])
			}
			if got := m.head(log).Seq; got != c.stored {
				t.Errorf("%d entries are stored, not %d", got, c.stored)
			}
			if (waited > 0) != (c.fault == Slow) {
				t.Errorf("waited %d times", waited)
			}
		})
	}
}

func TestAStoredKeyIsKnownOnAFullDisk(t *testing.T) {
	m := NewMemory()
	fault := Sound
	f := &Faulty{Store: m, Plan: func(string) Fault { return fault }}
	batch := engine.Batch{Device: 1, Key: chat.Key{4: 1}, Entries: []chat.Draft{said(1, 1, "x")}}
	for _, fault = range []Fault{Sound, FullDisk} {
		results, err := f.Append(t.Context(), []engine.Batch{batch})
		if err != nil || results[0].Err != nil || results[0].Entries[0].Seq != 1 {
			t.Errorf("with fault %d: %+v, %v", fault, results, err)
		}
	}
}

// A Faulty that is sound is the store it wraps.
func TestASoundFaultyIsAStore(t *testing.T) {
	Suite(t, func(*testing.T) engine.Store {
		return &Faulty{Store: NewMemory(), Plan: func(string) Fault { return Sound }}
	})
}
