// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Names inside a data directory.
const (
	lockName    = "zolal.lock"
	storeLock   = "lock" // of the store itself
	socketName  = "admin.sock"
	restoreName = "restoring" // there while a restore is under way
	copyPrefix  = "fsck-"     // of a copy of the store that is being checked
)

// dataDir is a data directory held by this process alone.
type dataDir struct {
	path string
	lock *os.File
}

// openDataDir holds a directory that no interrupted restore left half done.
func openDataDir(path string) (*dataDir, error) {
	d, err := holdDataDir(path)
	if err != nil {
		return nil, err
	}
	if err := d.complete(); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// holdDataDir makes the directory where it is missing, checks that it can be written, and takes it for this
// process. The lock goes with the process: a crash leaves nothing to clean up.
func holdDataDir(path string) (*dataDir, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, dataTrouble(path, err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, dataTrouble(path, err)
	}
	lock, err := os.OpenFile(filepath.Join(abs, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, dataTrouble(path, err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer lock.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, heldTrouble(path, lock)
		}
		return nil, dataTrouble(path, err)
	}
	d := &dataDir{path: abs, lock: lock}
	if err := d.sign(); err != nil {
		d.close()
		return nil, dataTrouble(path, err)
	}
	return d, nil
}

// sign writes who holds the directory, for the message to those who find it held.
func (d *dataDir) sign() error {
	if err := d.lock.Truncate(0); err != nil {
		return err
	}
	if _, err := d.lock.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0); err != nil {
		return err
	}
	return d.lock.Sync()
}

// complete refuses a directory in which a restore was cut short.
func (d *dataDir) complete() error {
	if _, err := os.Stat(filepath.Join(d.path, restoreName)); err == nil {
		return &Trouble{What: "a restore into " + d.path + " was interrupted",
			Remedy: "Run the same zolal restore again with --force."}
	}
	return nil
}

// sweep removes what a process that was killed left behind: whole copies of the store. Whoever calls holds
// the data directory, so nobody needs them.
func sweep(data, backups string) error {
	copies, err := filepath.Glob(filepath.Join(data, copyPrefix+"*"))
	return errors.Join(err, removeAll(copies...), pruneCutOff(backups))
}

func (d *dataDir) close() { d.lock.Close() }

// heldTrouble names the process that holds a directory.
func heldTrouble(path string, lock *os.File) error {
	raw := make([]byte, 20)
	n, _ := lock.ReadAt(raw, 0)
	who := ""
	if pid := strings.TrimSpace(string(raw[:n])); pid != "" {
		who = " (process " + pid + ")"
	}
	return &Trouble{
		What: fmt.Sprintf("another zolal%s uses %s", who, path),
		Remedy: "Stop it first, or give this one a directory of its own with --data. Two on one directory would " +
			"destroy it.",
		Err: errHeld,
	}
}

// errHeld marks a data directory that another process holds.
var errHeld = errors.New("the directory is locked")
