// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/testenv"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func TestKilledUnderLoadTheServerKeepsEveryAcknowledgedMessage(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a real process many times")
	}
	t.Parallel()
	kills := 50
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	host := testenv.Binary(t)
	const writers = 4
	chats := make([]uint32, writers)
	clients := make([]*zolal.Client, writers)
	for i := range clients {
		clients[i] = guest(t, host.Address(0), fmt.Sprintf("crash_writer%d", i), zolal.Options{})
		chats[i] = notes(t, clients[i])
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	acked := make([]map[string]uint32, writers)
	var count atomic.Int64
	var wait sync.WaitGroup
	for i, c := range clients {
		acked[i] = map[string]uint32{}
		wait.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				text := fmt.Sprintf("message %d", n)
				// The outbox asks again after every kill, with the same key.
				r, err := c.Text(ctx, chats[i], text)
				if err == nil {
					acked[i][text] = r.GetSeq()
					count.Add(1)
				} else if !errors.Is(err, context.Canceled) {
					t.Errorf("%s: %v", text, err)
					return
				}
			}
		})
	}
	for range kills {
		// Killed after a few more acknowledgements, with others on their way.
		goal := count.Load() + int64(random.IntN(60))
		waitUntil(t, func() bool { return count.Load() >= goal })
		if err := host.Crash(); err != nil {
			t.Fatal(err)
		}
	}
	// Everybody is connected again and has one more acknowledgement before the count.
	for i, c := range clients {
		before := len(chatTexts(t, c, chats[i]))
		waitUntil(t, func() bool { return len(chatTexts(t, c, chats[i])) > before })
	}
	cancel()
	wait.Wait()
	for i, c := range clients {
		total := 0
		at := map[string][]uint32{}
		last := -1
		for _, e := range chatTexts(t, c, chats[i]) {
			at[e.text] = append(at[e.text], e.seq)
			n, err := strconv.Atoi(strings.TrimPrefix(e.text, "message "))
			if err != nil || n <= last {
				t.Errorf("writer %d: %q comes after message %d", i, e.text, last)
			}
			last = n
		}
		for text, seq := range acked[i] {
			total++
			if got := at[text]; len(got) != 1 || got[0] != seq {
				t.Errorf("writer %d: %q was acknowledged at %d and is at %v", i, text, seq, got)
			}
		}
		if total == 0 {
			t.Errorf("writer %d: nothing was acknowledged", i)
		}
	}
}

type stored struct {
	seq  uint32
	text string
}

// chatTexts reads all counted messages of a chat.
func chatTexts(t *testing.T, c *zolal.Client, chat uint32) []stored {
	t.Helper()
	var all []stored
	for after := uint32(0); ; {
		resp := new(zolalv1.ReadResponse)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		err := c.Call(ctx, "Messages/Read", &zolalv1.ReadRequest{Chat: chat, After: after, Limit: 500}, resp)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range resp.GetEntries() {
			after = e.GetSeq()
			if e.GetEnvelope().GetCounted() {
				all = append(all, stored{e.GetSeq(), testenv.TextOf(t, e)})
			}
		}
		if len(resp.GetEntries()) == 0 {
			return all
		}
	}
}

func waitUntil(t *testing.T, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for until := time.Now().Add(30 * time.Second); !holds(); <-tick.C {
		if time.Now().After(until) {
			t.Fatal("it did not come to hold")
		}
	}
}

// Killing a process cannot show that the disk was asked to keep what was acknowledged: the kernel keeps it
// either way. The trace of system calls can.
func TestTheDiskIsSyncedBeforeAnythingIsAcknowledged(t *testing.T) {
	if testing.Short() {
		t.Skip("traces a real process")
	}
	t.Parallel()
	_, err := exec.LookPath("strace")
	testenv.Need(t, err == nil, "strace, which make deps installs")
	trace := filepath.Join(t.TempDir(), "trace")
	host := testenv.BinaryUnder(t, "strace", "-D", "-f", "-y", "-s", "65536", "-o", trace,
		"-e", "trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg")
	c := guest(t, host.Address(0), "traced_one", zolal.Options{Transports: []zolal.Transport{zolal.WebSocket}})
	chat := notes(t, c)
	const mark = "a text that no other has: 7f3a9c"
	// The update about a message is waited for too: it may be said while the next one is being written.
	var told atomic.Uint32
	defer c.OnUpdate(func(u *zolalv1.Update) {
		for _, e := range u.GetChat().GetEntries() {
			told.Store(e.GetSeq())
		}
	})()
	for n := range 5 {
		seq := say(t, c, chat, fmt.Sprintf("%s %d", mark, n)).GetSeq()
		waitUntil(t, func() bool { return told.Load() >= seq })
	}
	if err := host.Stop(); err != nil {
		t.Fatal(err)
	}
	// The tracer writes the last rows a moment after the process has ended.
	waitUntil(t, func() bool { return strings.Contains(fileOf(t, trace), "+++ exited with 0 +++") })
	if n := judgeTrace(t, trace, mark); n != 5 {
		t.Fatalf("%d messages were found in the trace", n)
	}
}

func fileOf(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// judgeTrace follows each message through the trace: written to the log of the database, synced, and only
// then anything said on a socket. It returns how many messages it saw.
func judgeTrace(t *testing.T, path, mark string) int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	wal := regexp.MustCompile(`pwrite64\(\d+<[^>]*-wal>`)
	sync := regexp.MustCompile(`f(data)?sync\(\d+<[^>]*-wal>\)?.* = 0|<\.\.\. f(data)?sync resumed>.* = 0`)
	socket := regexp.MustCompile(`(write|writev|sendto|sendmsg)\(\d+<(TCP|socket)`)
	seen := map[string]bool{}
	waiting := "" // a message that is written and not synced
	said := 0
	rows := bufio.NewScanner(f)
	rows.Buffer(make([]byte, 1<<20), 64<<20)
	for rows.Scan() {
		row := rows.Text()
		switch {
		case wal.MatchString(row):
			for n := range 5 {
				name := fmt.Sprintf("%s %d", mark, n)
				if strings.Contains(row, name) && !seen[name] {
					seen[name], waiting = true, name
				}
			}
		case sync.MatchString(row):
			waiting = ""
		case socket.MatchString(row):
			said++
			if waiting != "" {
				t.Errorf("%q was not synced when this was said: %.200s", waiting, row)
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if said < len(seen) {
		t.Errorf("%d messages, and only %d times anything was said", len(seen), said)
	}
	return len(seen)
}
