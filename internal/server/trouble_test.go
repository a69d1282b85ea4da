// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
)

func TestEveryTroubleWithTheDataNamesItsRemedy(t *testing.T) {
	full := &chat.Error{Code: chat.CodeDiskFull, Text: "full"}
	for _, c := range []struct {
		err          error
		what, remedy string
	}{
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.ENOSPC}, "no space is left", "Free space"},
		{fmt.Errorf("open: %w", full), "no space is left", "Free space"},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, "cannot be written", "chown"},
		{&chat.Error{Code: chat.CodeReadOnly, Err: syscall.EACCES}, "cannot be written", "chown"},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EROFS}, "read-only", "Mount"},
		{&chat.Error{Code: chat.CodeReadOnly}, "read-only", "Mount"},
		{&fs.PathError{Op: "mkdir", Path: "x", Err: syscall.ENOTDIR}, "not a directory", "--data"},
		{&chat.Error{Code: chat.CodeVersionUnsupported}, "a newer Zolal", "that version"},
		{&chat.Error{Code: chat.CodeUnavailable}, "another program", "fuser"},
		{errors.New("database disk image is malformed (11)"), "damaged", "zolal restore"},
		{errors.New("file is not a database (26)"), "damaged", "zolal restore"},
		{fmt.Errorf("open: %w", context.Canceled), "told to stop", "Start again"},
		{errors.New("something else"), "cannot be opened", "zolal fsck"},
	} {
		var got *Trouble
		if !errors.As(dataTrouble("d", c.err), &got) {
			t.Fatalf("%v has no remedy", c.err)
		}
		if !strings.Contains(got.What, c.what) || !strings.Contains(got.Remedy, c.remedy) {
			t.Errorf("%v: %s / %s", c.err, got.What, got.Remedy)
		}
		if !errors.Is(got, c.err) {
			t.Errorf("%v is lost", c.err)
		}
		if again := dataTrouble("d", got); again != error(got) {
			t.Errorf("explained twice: %v", again)
		}
	}
	if err := dataTrouble("d", nil); err != nil {
		t.Errorf("no error became %v", err)
	}
	for err, remedy := range map[error]string{
		syscall.EADDRINUSE: "ZOLAL_LISTEN=", syscall.EACCES: "CAP_NET_BIND_SERVICE",
		syscall.EADDRNOTAVAIL: "does not have the address", syscall.EINVAL: "--listen",
	} {
		if got := listenTrouble("127.0.0.1:443", err).Error(); !strings.Contains(got, remedy) {
			t.Errorf("%v: %s", err, got)
		}
	}
}
