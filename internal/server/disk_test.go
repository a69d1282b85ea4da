// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

// fakeDisks say what room there is as a test likes: by the last name of the path.
type fakeDisks struct {
	mu   sync.Mutex
	free map[string]uint64 // of 100 GB; what is not named fails
	one  bool              // it is one disk
}

func (f *fakeDisks) set(name string, free uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.free[name] = free
}

func (f *fakeDisks) room(path string) (diskRoom, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := filepath.Base(path)
	free, ok := f.free[name]
	if !ok {
		return diskRoom{}, errors.New("the disk does not answer")
	}
	r := diskRoom{Free: free, Total: 100e9, Disk: 1}
	if name == "backups" && !f.one {
		r.Disk = 2
	}
	return r, nil
}

// diskServer is a server on such disks.
func diskServer(t *testing.T, disks *fakeDisks, log *journal, now func() time.Time) *Server {
	t.Helper()
	return quietServer(t, func(c *Config) {
		c.Data, c.Backup.Keep = filepath.Join(t.TempDir(), "data"), 7
		c.Disk = DiskConfig{Warn: Mark{Bytes: 5e9}, Stop: Mark{Bytes: 1e9}, room: disks.room}
		c.Log, c.Now = slog.New(slog.NewTextHandler(log, nil)), now
		c.Signup = "open"
	})
}

func TestADiskThatRunsFullIsToldInTheLogTheMetricsAndToTheOperator(t *testing.T) {
	disks, log := &fakeDisks{free: map[string]uint64{"data": 50e9, "backups": 50e9}}, &journal{}
	s := diskServer(t, disks, log, time.Now)
	for _, c := range []struct {
		name               string
		free               uint64
		fullness           string
		warn, logged, tell string
	}{
		{"backups", 4e9, "1", "the disk of the backups is running full", `"the backups"`, "backups: 4.0 GB of"},
		{"backups", 50e9, "0", "", "a disk has room again", ""},
		{"backups", 0.5e9, "1", "the disk of the backups is running full", `"the backups"`, "backups: 500.0 MB of"},
		{"backups", 50e9, "0", "", "", ""},
		{"data", 4e9, "1", "the disk of the data is running full", `"the data"`, "data: 4.0 GB of 100.0 GB free"},
		{"data", 0.9e9, "2", "nothing new is taken", "a disk is nearly full", "is 5.0 GB, disk.stop 1.0 GB"},
		{"data", 1.1e9, "2", "nothing new is taken", "", "data: 1.1 GB"}, // an eighth more is asked for
		{"data", 1.2e9, "1", "the disk of the data is running full", "room for writes again", "data: 1.2 GB"},
		{"data", 50e9, "0", "", "", ""},
	} {
		disks.set(c.name, c.free)
		s.disk.look()
		code, body := page(t, s, "/readyz")
		if code != 200 || c.warn == "" && body != "{\"ok\":true}\n" || !strings.Contains(body, c.warn) ||
			strings.Contains(body, s.dir.path) || strings.Contains(body, "GB") {
			t.Errorf("%s, %d free: /readyz says %d %s", c.name, c.free, code, body)
		}
		w := httptest.NewRecorder()
		s.admin.http.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		if !strings.Contains(w.Body.String(), c.tell) {
			t.Errorf("%s, %d free: the operator is told %s", c.name, c.free, w.Body)
		}
		if !log.has(c.logged) {
			t.Errorf("%s, %d free: %q is not in the log", c.name, c.free, c.logged)
		}
		if _, body := page(t, s, "/metrics"); !strings.Contains(body, "\nzolal_disk_fullness "+c.fullness+"\n") {
			t.Errorf("%s, %d free: the metrics do not say %s", c.name, c.free, c.fullness)
		}
	}
}

func TestOneDiskOfDataAndBackupsIsWarnedOfOnce(t *testing.T) {
	disks := &fakeDisks{free: map[string]uint64{"data": 2e9, "backups": 2e9}, one: true}
	s := diskServer(t, disks, &journal{}, time.Now)
	if w := s.disk.conditions(); len(w) != 1 || !strings.Contains(w[0].Text, "the data") {
		t.Errorf("warned of %v", w)
	}
}

func TestADiskThatDoesNotAnswerChangesNothing(t *testing.T) {
	disks := &fakeDisks{free: map[string]uint64{"data": 0.5e9, "backups": 50e9}}
	s := diskServer(t, disks, &journal{}, time.Now)
	disks.mu.Lock()
	delete(disks.free, "data")
	disks.mu.Unlock()
	s.disk.look()
	if err := s.disk.refuse(); chat.CodeOf(err) != chat.CodeDiskFull {
		t.Errorf("what was decided does not hold: %v", err)
	}
	if _, ok := s.disk.free(0); ok {
		t.Error("the metrics tell of room that nobody knows of")
	}
}

// TestAWriteIsJudgedByALookOfTheLastSecond moves the clock of the server: no other look is taken.
func TestAWriteIsJudgedByALookOfTheLastSecond(t *testing.T) {
	var mu sync.Mutex
	at := time.Now()
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return at
	}
	later := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(d)
	}
	disks := &fakeDisks{free: map[string]uint64{"data": 50e9, "backups": 50e9}}
	cfg := Default()
	cfg.Disk = DiskConfig{Stop: Mark{Percent: 1}, room: disks.room}
	cfg.Now, cfg.Log = now, slog.New(slog.DiscardHandler)
	cfg.Backup.Dir = "/backups"
	w := newDiskWatch(&cfg, "/data")
	disks.set("data", 0.9e9)
	if err := w.refuse(); err != nil {
		t.Errorf("judged by a look that nothing asked for: %v", err)
	}
	later(diskFresh)
	if err := w.refuse(); chat.CodeOf(err) != chat.CodeDiskFull {
		t.Errorf("a second later: %v", err)
	}
	disks.set("data", 2e9)
	later(diskFresh)
	if err := w.refuse(); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestWhileADiskIsNearlyFullNobodySignsUpButPeopleSignInAndOut(t *testing.T) {
	disks := &fakeDisks{free: map[string]uint64{"data": 50e9, "backups": 50e9}}
	s := diskServer(t, disks, &journal{}, time.Now)
	made, err := s.addUser(t.Context(), AddUser{Username: "parvaneh", Operator: true})
	if err != nil {
		t.Fatal(err)
	}
	disks.set("data", 0)
	s.disk.look()
	raw := zolal.NewKey(time.Now())
	up := account.SignUp{Key: chat.Key(raw), Username: "golnaz", Password: "correct horse battery staple"}
	if _, err := s.accounts.SignUp(t.Context(), up); chat.CodeOf(err) != chat.CodeDiskFull {
		t.Errorf("a sign-up: %v", err)
	}
	in, err := s.accounts.SignIn(t.Context(), account.SignIn{Username: "parvaneh", Password: made.Password})
	if err != nil {
		t.Fatalf("a sign-in: %v", err)
	}
	who, _, err := s.accounts.Authenticate(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.accounts.SignOut(t.Context(), who); err != nil {
		t.Errorf("a sign-out: %v", err)
	}
}

func TestAMarkIsAShareOrBytesOrTheLesserOfBoth(t *testing.T) {
	for v, want := range map[string]uint64{
		"10%": 10e9, "0.5%": 0.5e9, "500MB": 500e6, "5GB": 5e9, "1GiB": 1 << 30, "1.5TB": 1.5e12, "4096": 4096,
		"10%,5GB": 5e9, "5GB, 10%": 5e9, "3%,5GB": 3e9, "0": 0, "0%": 0,
	} {
		m, err := ParseMark(v)
		if err != nil || m.of(100e9) != want {
			t.Errorf("%s of 100 GB is %d (%v), want %d", v, m.of(100e9), err, want)
		}
	}
	for _, v := range []string{"", "x", "-1", "100%", "10%B", "5 GB", "5XB", "NaN", "1e30TB", "%"} {
		if m, err := ParseMark(v); err == nil {
			t.Errorf("%q is taken for %v", v, m)
		}
	}
}
