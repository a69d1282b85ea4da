// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/wire"
)

// Trouble is what keeps a command from doing its work, with what the operator can do about it.
type Trouble struct {
	What   string // what is the matter
	Remedy string // what to do
	Err    error  // cause, or nil
}

// Error says both, on two lines.
func (t *Trouble) Error() string {
	s := t.What
	if t.Err != nil {
		s += ": " + t.Err.Error()
	}
	return s + "\n  " + t.Remedy
}

// Unwrap returns the cause.
func (t *Trouble) Unwrap() error { return t.Err }

// Remedy says what can be done about an error with a code.
func Remedy(code chat.Code) string { return wire.Remedy(code) }

// dataTrouble explains an error of opening or writing the data directory.
func dataTrouble(dir string, err error) error {
	var known *Trouble
	if err == nil || errors.As(err, &known) {
		return err
	}
	t := &Trouble{Err: err}
	code := chat.CodeOf(err)
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		t.What = fmt.Sprintf("told to stop before the store in %s was open", dir)
		t.Remedy = "Nothing is wrong with it. Start again; an upgrade that was under way begins anew, so let it " +
			"end: it says how far it is."
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || code == chat.CodeDiskFull:
		t.What = fmt.Sprintf("no space is left for %s", dir)
		t.Remedy = "Free space there (old backups are in its backups directory), or move the directory to a " +
			"larger disk and name it with --data. Nothing was lost."
	case errors.Is(err, fs.ErrPermission):
		t.What = fmt.Sprintf("%s cannot be written", dir)
		t.Remedy = fmt.Sprintf("Run as the user who owns it, or give it to this one: chown -R %d %s",
			os.Getuid(), dir)
	case errors.Is(err, syscall.EROFS) || code == chat.CodeReadOnly:
		t.What = fmt.Sprintf("%s is read-only", dir)
		t.Remedy = "Mount its disk writable (dmesg tells whether a disk fault made it read-only), or name " +
			"another directory with --data."
	case code == chat.CodeVersionUnsupported:
		t.What = fmt.Sprintf("a newer Zolal wrote the store in %s", dir)
		t.Remedy = goBack(dir)
	case code == chat.CodeUnavailable:
		t.What = fmt.Sprintf("another program has the store in %s open", dir)
		t.Remedy = "End it (fuser " + dir + "/" + databaseName + " shows which), then try again."
	case errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrExist):
		t.What = fmt.Sprintf("%s is not a directory", dir)
		t.Remedy = "Name a directory with --data."
	case corrupt(err):
		t.What = fmt.Sprintf("the database in %s is damaged", dir)
		t.Remedy = "Do not start over it. Keep a copy of the directory, then restore the newest backup into an " +
			"empty one: zolal restore FILE --data NEWDIR. `zolal fsck` tells what is wrong."
	default:
		t.What = fmt.Sprintf("the store in %s cannot be opened", dir)
		t.Remedy = "`zolal fsck --data " + dir + "` tells more; `zolal restore` puts a backup " +
			"into an empty directory."
	}
	return t
}

// corrupt recognises what a store says of a damaged file.
func corrupt(err error) bool {
	s := err.Error()
	for _, sign := range []string{"is damaged", "malformed", "not a database", "disk image"} {
		if strings.Contains(s, sign) {
			return true
		}
	}
	return false
}

// listenTrouble explains why an address cannot be listened on.
func listenTrouble(address string, err error) error {
	t := &Trouble{What: "cannot listen on " + address, Err: err}
	_, port, _ := net.SplitHostPort(address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		t.Remedy = fmt.Sprintf("Another program has the port (ss -ltnp 'sport = :%s' shows which). Stop it, or "+
			"choose another: --listen 127.0.0.1:8090, or ZOLAL_LISTEN=127.0.0.1:8090 in the environment.", port)
	case errors.Is(err, syscall.EACCES):
		t.Remedy = "Ports below 1024 need the right CAP_NET_BIND_SERVICE (the systemd unit gives it), or choose " +
			"a higher one with --listen."
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		t.Remedy = "This machine does not have the address; :PORT listens on all it has."
	default:
		t.Remedy = "Check the address given with --listen."
	}
	return t
}
