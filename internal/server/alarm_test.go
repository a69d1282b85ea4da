// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/store/storetest"
	"github.com/zolal-im/zolal/internal/wire"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// alarmBed is a watcher whose conditions and deliveries a test holds.
type alarmBed struct {
	*alarms
	t      *testing.T
	now    []Condition
	told   []string
	refuse error
}

func newAlarmBed(t *testing.T) *alarmBed {
	b := &alarmBed{t: t}
	b.alarms = &alarms{keep: storetest.NewMemory()}
	b.restart()
	return b
}

// restart begins with nothing but what the store keeps.
func (b *alarmBed) restart() {
	clock := time.UnixMilli(1000)
	b.alarms = &alarms{
		keep: b.keep, log: slog.New(slog.DiscardHandler), now: func() time.Time { return clock },
		look: func(context.Context) []Condition { return b.now },
		tell: func(_ context.Context, a alarm) error {
			if b.refuse != nil {
				return b.refuse
			}
			b.told = append(b.told, fmt.Sprintf("%s over=%v since=%d", a.Code, a.Over, a.Since.UnixMilli()))
			return nil
		},
	}
}

// looks has the watcher look some times and returns what operators were told meanwhile.
func (b *alarmBed) looks(n int) []string {
	b.t.Helper()
	b.told = nil
	for range n {
		if err := b.step(b.t.Context()); err != nil && b.refuse == nil {
			b.t.Fatal(err)
		}
	}
	return b.told
}

func (b *alarmBed) want(n int, want ...string) {
	b.t.Helper()
	if got := b.looks(n); !slices.Equal(got, want) {
		b.t.Errorf("after %d looks operators are told %q, want %q", n, got, want)
	}
}

func TestEachAlarmIsToldOnceWhenItBeginsAndOnceWhenItEnds(t *testing.T) {
	b := newAlarmBed(t)
	b.want(5)
	b.now = []Condition{{Code: condDataLow}, {Code: condStopping, Problem: true}}
	b.want(1) // it may be gone in a moment
	b.want(3, "disk_data_low over=false since=1000")
	b.restart()
	b.want(5)
	b.now = nil
	b.want(1)
	b.want(5, "disk_data_low over=true since=1000")
	b.restart()
	b.want(5)
}

func TestAnAlarmThatComesAndGoesIsNoNews(t *testing.T) {
	b := newAlarmBed(t)
	for range 5 {
		b.now = []Condition{{Code: condStore, Problem: true}}
		b.want(1)
		b.now = nil
		b.want(1)
	}
	b.now = []Condition{{Code: condStore, Problem: true}}
	b.want(2, "store_unreadable over=false since=1000")
	for range 5 {
		b.now = nil
		b.want(1)
		b.now = []Condition{{Code: condStore, Problem: true}}
		b.want(1)
	}
}

func TestAnAlarmThatCannotBeToldIsToldLater(t *testing.T) {
	b := newAlarmBed(t)
	b.now, b.refuse = []Condition{{Code: condBackupOld}}, errors.New("the store is sick")
	b.want(4)
	b.refuse = nil
	b.restart()
	b.want(1, "backup_old over=false since=1000")
	b.now, b.refuse = nil, errors.New("the store is sick")
	b.want(4)
	b.refuse = nil
	b.want(2, "backup_old over=true since=1000")
}

func TestAnAlarmOfWhichNobodyHeardEndsUnheard(t *testing.T) {
	b := newAlarmBed(t)
	b.now, b.refuse = []Condition{{Code: condBackupOld}}, errors.New("the store is sick")
	b.want(3)
	b.now = nil
	b.looks(1)
	b.refuse = nil
	b.want(4)
}

func TestAnAlarmThatWasEndedByRestartIsToldToBeOver(t *testing.T) {
	b := newAlarmBed(t)
	b.now = []Condition{{Code: condCertEnds}}
	b.want(2, "certificate_ends over=false since=1000")
	b.now = nil
	b.restart()
	b.want(3, "certificate_ends over=true since=1000")
}

func TestOperatorsReadOfAnAlarmInTheirServiceChatsOnce(t *testing.T) {
	b := newAdminBed(t, func(*Config) {})
	if _, err := b.addUser(t.Context(), AddUser{Username: "parvaneh"}); err != nil {
		t.Fatal(err)
	}
	look := func(a *alarms, n int) {
		for range n {
			if err := a.step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.disks.set("data", 5e8)
	b.ahead.Add(int64(time.Minute))
	look(b.alarms(), 3)
	look(b.alarms(), 3) // after a restart
	b.disks.set("data", 50e9)
	b.ahead.Add(int64(time.Minute))
	look(b.alarms(), 3)
	look(b.alarms(), 3)
	var told []string
	got := new(zolalv1.SyncResponse)
	b.must(func(ctx context.Context) error {
		return b.Call(ctx, "Sync/Sync", &zolalv1.SyncRequest{Limit: 100}, got)
	})
	for _, row := range got.Chats {
		if row.GetChat().GetType() != zolalv1.ChatType_CHAT_TYPE_SERVICE {
			continue
		}
		read := new(zolalv1.ReadResponse)
		b.must(func(ctx context.Context) error {
			req := &zolalv1.ReadRequest{Chat: row.GetChat().GetId(), Limit: 100}
			return b.Call(ctx, "Messages/Read", req, read)
		})
		for _, e := range read.Entries {
			body, err := wire.Codec{}.Decode(chat.Kind(e.GetEnvelope().GetKind()), e.GetBody())
			if err != nil {
				t.Fatal(err)
			}
			if m, ok := body.(*chat.Message); ok {
				told = append(told, m.Wording.Code+" "+m.Wording.Values["condition"])
			}
		}
	}
	want := []string{"alarm disk_data_full", "alarm_over disk_data_full"}
	if !slices.Equal(told, want) {
		t.Errorf("the operator reads %q, want %q", told, want)
	}
	other, err := b.accounts.Registry.ByName(t.Context(), "parvaneh")
	if err != nil {
		t.Fatal(err)
	}
	if room, err := b.store.Direct(t.Context(), 0, other); err != nil || room != 0 {
		t.Errorf("somebody else has the service chat %d (%v)", room, err)
	}
}

func TestEveryConditionHasWordsInBothLanguages(t *testing.T) {
	words := alarmWords()
	for _, code := range []string{condStore, condData, condCertEnds, condCertOver, condCertNone, condBackupList,
		condBackupNone, condBackupOld, condBackupFailed, condDataLow, condDataFull, condBackupsLow, condClock} {
		if words[code][0] == "" || words[code][1] == "" {
			t.Errorf("%s has no words", code)
		}
	}
}
