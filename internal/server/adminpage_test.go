// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// adminBed is a server with an operator who is connected, and a clock and disks that a test holds.
type adminBed struct {
	*Server
	t     *testing.T
	ahead atomic.Int64
	disks *fakeDisks
	*zolal.Client
	account uint32
}

func newAdminBed(t *testing.T, change func(*Config)) *adminBed {
	now := time.Now() // it stands until it is moved
	b := &adminBed{t: t, disks: &fakeDisks{free: map[string]uint64{"data": 50e9, "backups": 40e9}}}
	b.Server = quietServer(t, func(c *Config) {
		c.Data, c.Backup.Keep = filepath.Join(t.TempDir(), "data"), 7
		c.Now = func() time.Time { return now.Add(time.Duration(b.ahead.Load())) }
		c.Disk = DiskConfig{Warn: Mark{Bytes: 5e9}, Stop: Mark{Bytes: 1e9}, room: b.disks.room}
		change(c)
	})
	made, err := b.addUser(t.Context(), AddUser{Username: "the_operator", Operator: true})
	if err != nil {
		t.Fatal(err)
	}
	session, err := zolal.SignIn(t.Context(), b.URL(), zolal.Options{}, &zolalv1.SignInRequest{
		Username: "the_operator", Password: made.Password})
	if err != nil {
		t.Fatal(err)
	}
	b.account = session.Account
	b.Client, err = zolal.Dial(t.Context(), b.URL(), zolal.Options{Token: session.Token,
		Info: &zolalv1.ClientInfo{Client: "zolal-web", Version: "0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Client.Close() })
	return b
}

// must has a call carried out in time.
func (b *adminBed) must(call func(context.Context) error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	if err := call(ctx); err != nil {
		b.t.Fatal(err)
	}
}

// say sends a message.
func (b *adminBed) say(room uint32, text string) {
	b.t.Helper()
	req := &zolalv1.SendRequest{Chat: room, Key: b.NewKey(), Text: text}
	b.must(func(ctx context.Context) error { return b.Call(ctx, "Messages/Send", req, new(zolalv1.Receipt)) })
}

// backUp asks for a backup.
func (b *adminBed) backUp() {
	b.t.Helper()
	b.must(func(ctx context.Context) error {
		return b.Call(ctx, "Admin/BackUp", &zolalv1.Empty{}, new(zolalv1.Empty))
	})
}

func (b *adminBed) seen() *zolalv1.ServerStatus {
	b.t.Helper()
	s := new(zolalv1.ServerStatus)
	b.must(func(ctx context.Context) error { return b.Call(ctx, "Admin/Status", &zolalv1.Empty{}, s) })
	return s
}

func TestTheAdminPageShowsHealthLoadGrowthStorageBackupsAndVersions(t *testing.T) {
	b := newAdminBed(t, func(c *Config) { c.TLS = TLSConfig{} })
	keepContent(t, b.core, "a photo")
	room := new(zolalv1.ChatInfo)
	b.must(func(ctx context.Context) error {
		return b.Call(ctx, "Chats/CreateGroup", &zolalv1.CreateChatRequest{Key: b.NewKey(), Title: "گروه"}, room)
	})
	for _, text := range []string{"یک", "دو", "سه"} {
		b.say(room.Id, text)
	}
	s := b.seen()
	if !s.Ready || len(s.Conditions) != 0 || s.Version != b.build.Version || s.Protocol == 0 {
		t.Errorf("the status is %v", s)
	}
	if l := s.Load; l.People != 1 || l.Connections != 1 || l.MemoryBytes == 0 || l.Cores == 0 {
		t.Errorf("the load is %v", l)
	}
	if len(s.Clients) != 1 || s.Clients[0].Client != "zolal-web" || s.Clients[0].Connections != 1 ||
		s.Clients[0].Current {
		t.Errorf("the clients are %v", s.Clients)
	}
	if g := s.Growth; g.Accounts != 1 || g.Entries == 0 || g.Counting || len(g.Days) != growthDays {
		t.Fatalf("the growth is %v", g)
	}
	today := s.Growth.Days[growthDays-1]
	if today.Messages != 3 || today.Chats != 1 || today.Accounts != 1 {
		t.Errorf("today brought %v", today)
	}
	disks := s.Storage.Disks
	if s.Storage.DatabaseBytes == 0 || len(disks) != 2 || disks[0].FreeBytes != 50e9 ||
		disks[0].WarnBytes != 5e9 || disks[0].StopBytes != 1e9 || disks[1].StopBytes != 0 {
		t.Errorf("the storage is %v", s.Storage)
	}
	if m := s.Storage; m.Contents != 1 || m.MediaBytes != uint64(len("a photo")) || m.MediaBucket != "" {
		t.Errorf("of media there are %v", m)
	}
	b.ahead.Store(int64(48 * time.Hour))
	b.say(room.Id, "چهار")
	days := b.seen().Growth.Days
	if days[growthDays-1].Messages != 1 || days[growthDays-2].Messages != 0 || days[growthDays-3].Messages != 3 {
		t.Errorf("two days later the days are %v", days)
	}
	b.ahead.Store(int64(40 * 24 * time.Hour))
	for _, d := range b.seen().Growth.Days {
		if d.Messages+d.Accounts+d.Chats != 0 {
			t.Errorf("forty days later there is %v", d)
		}
	}
}

func TestWhoAsksRightAfterAnAnswerIsAnsweredInWholeToo(t *testing.T) {
	b := newAdminBed(t, func(*Config) {})
	for i := range 2000 {
		if _, whole, err := b.growth.list(t.Context(), &b.done); err != nil || !whole {
			t.Fatalf("answer %d: whole %v, %v", i, whole, err)
		}
	}
}

func TestTheDaysAreCountedAnewAfterARestart(t *testing.T) {
	b := newAdminBed(t, func(*Config) {})
	saved := new(zolalv1.ChatInfo)
	b.must(func(ctx context.Context) error {
		req := &zolalv1.OpenDirectRequest{Key: b.NewKey(), Account: b.account}
		return b.Call(ctx, "Chats/OpenDirect", req, saved)
	})
	b.say(saved.Id, "یادداشت")
	before := b.seen().Growth.Days
	b.growth = newGrowth(b.core)
	after := b.seen().Growth.Days
	for i := range before {
		if before[i].String() != after[i].String() {
			t.Errorf("%v became %v", before[i], after[i])
		}
	}
	if before[growthDays-1].Messages != 1 {
		t.Errorf("today brought %v", before[growthDays-1])
	}
}

func TestABackupThatTheOperatorAsksForIsMadeAndShown(t *testing.T) {
	b := newAdminBed(t, func(*Config) {})
	if got := b.seen().Backups; !got.Enabled || got.Count != 0 || got.NewestMs != 0 || got.Keep != 7 {
		t.Errorf("before there is one the backups are %v", got)
	}
	b.backups <- struct{}{} // one is being made
	err := b.Call(t.Context(), "Admin/BackUp", &zolalv1.Empty{}, &zolalv1.Empty{})
	if zolal.CodeOf(err) != zolalv1.ErrorCode_UNAVAILABLE {
		t.Errorf("a second one at the same time: %v", err)
	}
	if !b.seen().Backups.Running {
		t.Error("it is not said that one is being made")
	}
	<-b.backups
	b.backUp()
	inTime(t, "no backup is shown", func() bool {
		got := b.seen().Backups
		return got.Count == 1 && !got.Running && got.NewestBytes > 0 && got.AllBytes == got.NewestBytes
	})
}

func TestBackupsThatAreAskedForRemoveNoneOfTheNights(t *testing.T) {
	b := newAdminBed(t, func(c *Config) { c.Backup.Keep = 1 })
	for n := range 1 + moreBackups {
		b.ahead.Add(int64(time.Minute))
		b.backUp()
		inTime(t, "a backup is not made", func() bool {
			got := b.seen().Backups
			return int(got.Count) == n+1 && !got.Running
		})
	}
	b.ahead.Add(int64(time.Minute))
	err := b.Call(t.Context(), "Admin/BackUp", &zolalv1.Empty{}, &zolalv1.Empty{})
	if zolal.CodeOf(err) != zolalv1.ErrorCode_TOO_MANY {
		t.Errorf("one more: %v", err)
	}
	if err := b.nightlyBackup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.seen().Backups.Count; got != 1 {
		t.Errorf("after the night %d are kept", got)
	}
}

func TestWhyTheLastBackupFailedIsShownUntilOneIsMade(t *testing.T) {
	b := newAdminBed(t, func(c *Config) { c.Backup.Dir = "/proc/nowhere" })
	b.backUp()
	inTime(t, "the failure is not shown", func() bool {
		got := b.seen()
		return len(got.Conditions) == 1 && got.Conditions[0].Code == condBackupFailed && got.Ready &&
			strings.Contains(got.Conditions[0].Detail, "/proc/nowhere")
	})
}

func TestEveryConditionIsShownWithItsNumbers(t *testing.T) {
	b := newAdminBed(t, func(c *Config) { c.TLS = TLSConfig{} })
	b.disks.set("data", 2e9)
	b.ahead.Store(int64(72 * time.Hour))
	codes := func() (out []string) {
		for _, c := range b.seen().Conditions {
			out = append(out, c.Code)
			if strings.HasPrefix(c.Code, "disk_") && (c.Value == 0 || c.Limit == 0) {
				t.Errorf("%v has no numbers", c)
			}
		}
		return out
	}
	if got := strings.Join(codes(), " "); got != "backup_none disk_data_low" {
		t.Errorf("it shows %s", got)
	}
	b.disks.set("data", 5e8)
	b.ahead.Store(int64(-24 * time.Hour))
	if got := strings.Join(codes(), " "); got != "disk_data_full clock_behind" {
		t.Errorf("it shows %s", got)
	}
}
