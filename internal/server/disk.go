// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// diskEvery is how often the disks are looked at while nobody writes.
	diskEvery = 10 * time.Second
	// diskFresh is how old a look may be that a write or an answer of /readyz goes by.
	diskFresh = time.Second
)

// DiskConfig says how much room has to be left.
type DiskConfig struct {
	Warn Mark // the operator is warned below it
	Stop Mark // people's writes are refused below it, on the disk of the data

	room func(path string) (diskRoom, error) // default: roomOf
}

// Mark is an amount of room: a share of the disk or a number of bytes, the lesser of the two where both are
// set. The zero Mark is never reached.
type Mark struct {
	Percent float64
	Bytes   uint64
}

// of is the mark in bytes on a disk of a size.
func (m Mark) of(total uint64) uint64 {
	share := uint64(float64(total) * m.Percent / 100)
	switch {
	case m.Percent == 0:
		return m.Bytes
	case m.Bytes == 0:
		return share
	}
	return min(m.Bytes, share)
}

// ParseMark reads "10%", "500MB", or both with a comma between; "0" is the zero Mark.
func ParseMark(v string) (Mark, error) {
	var m Mark
	bad := fmt.Errorf("%q is not an amount of room such as 10%%, 500MB, or 10%%,5GB", v)
	for _, w := range words(v) {
		number := strings.TrimRight(w, "%BKMGTi")
		n, err := strconv.ParseFloat(number, 64)
		unit, known := units()[w[len(number):]]
		switch {
		case err != nil || n < 0 || math.IsNaN(n) || n*unit > math.MaxInt64:
			return Mark{}, bad
		case strings.HasSuffix(w, "%") && n < 100 && w[len(number):] == "%":
			m.Percent = n
		case !known:
			return Mark{}, bad
		default:
			m.Bytes = uint64(n * unit)
		}
	}
	if v == "" {
		return Mark{}, bad
	}
	return m, nil
}

func units() map[string]float64 {
	return map[string]float64{"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
		"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
}

func setMark(of func(*DiskConfig) *Mark) func(*Config, string) error {
	return func(c *Config, v string) (err error) {
		*of(&c.Disk), err = ParseMark(v)
		return err
	}
}

// diskRoom is what a file system says of itself.
type diskRoom struct {
	Free, Total uint64 // bytes; Free is what this user may take
	Disk        uint64 // tells file systems apart
}

// roomOf asks the system about the disk of a path, which need not be there yet.
func roomOf(path string) (diskRoom, error) {
	var st unix.Stat_t
	err := unix.Stat(path, &st)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(path) != path {
		return roomOf(filepath.Dir(path))
	}
	var f unix.Statfs_t
	if err == nil {
		err = unix.Statfs(path, &f)
	}
	if err != nil {
		return diskRoom{}, fmt.Errorf("room of %s: %w", path, err)
	}
	size := uint64(f.Bsize)
	return diskRoom{Free: f.Bavail * size, Total: f.Blocks * size, Disk: st.Dev}, nil
}

// fullness is how little room a disk has left.
type fullness uint8

const (
	roomy fullness = iota
	filling
	stopped
)

// watchedDisk is one of the disks of a server.
type watchedDisk struct {
	what, path string
	stops      bool // below the stop mark nothing new is taken
	room       diskRoom
	err        error // of the last look
	full       fullness
}

// diskWatch knows how much room is left, so that the store never meets a full disk: a write that the system
// refuses halfway leaves nothing for deleting, or for the log of the database that has to be written back.
//
// It looks when somebody writes or asks and the last look is old, and every few seconds besides. What it
// decided holds until there is an eighth more room than the mark asks for, so that it does not change its
// mind with every file that comes and goes.
type diskWatch struct {
	cfg DiskConfig
	now func() time.Time
	log *slog.Logger

	mu     sync.Mutex
	looked time.Time
	disks  []*watchedDisk
}

func newDiskWatch(cfg *Config, data string) *diskWatch {
	w := &diskWatch{cfg: cfg.Disk, now: cfg.Now, log: cfg.Log, disks: []*watchedDisk{
		{what: "the data", path: data, stops: true}, {what: "the backups", path: cfg.Backup.Dir}}}
	if w.cfg.room == nil {
		w.cfg.room = roomOf
	}
	if cfg.Backup.Keep == 0 {
		w.disks = w.disks[:1]
	}
	w.look()
	return w
}

// run looks until ctx ends.
func (w *diskWatch) run(ctx context.Context) {
	tick := time.NewTicker(diskEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			w.look()
		}
	}
}

// look asks the system, and logs what has changed.
func (w *diskWatch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lookLocked()
}

func (w *diskWatch) lookLocked() {
	w.looked = w.now()
	for _, d := range w.disks {
		if d.room, d.err = w.cfg.room(d.path); d.err != nil {
			continue // what was decided holds; /readyz finds out what is wrong
		}
		was := d.full
		d.full = w.judge(d)
		w.tell(d, was)
	}
}

// judge says how full a disk is, given what it was found to be before.
func (w *diskWatch) judge(d *watchedDisk) fullness {
	under := func(m Mark, already bool) bool {
		mark := m.of(d.room.Total)
		if already {
			mark += mark / 8
		}
		return d.room.Free < mark
	}
	switch {
	case d.stops && under(w.cfg.Stop, d.full == stopped):
		return stopped
	case under(w.cfg.Warn, d.full >= filling):
		return filling
	}
	return roomy
}

func (w *diskWatch) tell(d *watchedDisk, was fullness) {
	about := []any{"disk", d.what, "free_bytes", d.room.Free, "of_bytes", d.room.Total}
	switch {
	case d.full == was:
	case d.full == stopped:
		w.log.Error("a disk is nearly full: nothing new is taken until there is room", about...)
	case d.full == filling && was == roomy:
		w.log.Warn("a disk is running full", about...)
	case d.full == filling:
		w.log.Warn("there is room for writes again; the disk is still running full", about...)
	default:
		w.log.Info("a disk has room again", about...)
	}
}

// freshen looks where the last look is old. The caller holds the lock.
func (w *diskWatch) freshen() {
	if age := w.now().Sub(w.looked); age >= diskFresh || age < 0 {
		w.lookLocked()
	}
}

// refuse fails with chat.CodeDiskFull while the disk of the data is below the stop mark.
func (w *diskWatch) refuse() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.freshen()
	if w.disks[0].full == stopped {
		return &chat.Error{Code: chat.CodeDiskFull, Text: "the server's disk is nearly full", Retry: 10_000}
	}
	return nil
}

// worst is the state of the fullest disk.
func (w *diskWatch) worst() fullness {
	w.mu.Lock()
	defer w.mu.Unlock()
	worst := roomy
	for _, d := range w.disks {
		worst = max(worst, d.full)
	}
	return worst
}

// status says what room each disk has.
func (w *diskWatch) status() []DiskStatus {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.freshen()
	out := make([]DiskStatus, len(w.disks))
	for i, d := range w.disks {
		out[i] = DiskStatus{What: d.what, Path: d.path, FreeBytes: d.room.Free, TotalBytes: d.room.Total}
	}
	return out
}

// each shows every disk with its marks in bytes; shared says that it is the one of the data.
func (w *diskWatch) each(show func(d *watchedDisk, warn, stop uint64, shared bool)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.freshen()
	for i, d := range w.disks {
		shared := i > 0 && d.room.Disk == w.disks[0].room.Disk
		show(d, w.cfg.Warn.of(d.room.Total), w.cfg.Stop.of(d.room.Total), shared)
	}
}

// free is the room left on the disk of the data (0) or of the backups (1); ok is false where nobody knows.
func (w *diskWatch) free(i int) (bytes float64, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i >= len(w.disks) || w.disks[i].err != nil {
		return 0, false
	}
	return float64(w.disks[i].room.Free), true
}

// Size writes a number of bytes for people.
func Size(n uint64) string {
	v, unit := float64(n), ""
	for _, u := range []string{"kB", "MB", "GB", "TB"} {
		if v < 1000 {
			break
		}
		v, unit = v/1000, u
	}
	if unit == "" {
		return strconv.FormatUint(n, 10) + " B"
	}
	return strconv.FormatFloat(v, 'f', 1, 64) + " " + unit
}
