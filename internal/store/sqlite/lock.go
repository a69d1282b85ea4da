// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/zolal-im/zolal/internal/chat"
)

// lockName is a file that exists only to be locked. The lock is the kernel's, so a crash leaves none behind;
// the number written into it is for the message alone.
const lockName = DatabaseName + ".lock"

// lock keeps a second server off the directory until the file is closed.
func lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, onFile("lock", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := io.ReadAll(io.LimitReader(f, 20))
		_ = f.Close()
		return nil, chat.Errorf(chat.CodeUnavailable,
			"another zolal (process %s) uses the directory %s: stop it, or choose another directory with --data",
			strings.TrimSpace(string(holder)), dir)
	}
	if err == nil {
		err = writeHolder(f)
	}
	if err != nil {
		return nil, errors.Join(onFile("lock", err), f.Close())
	}
	return f, nil
}

func writeHolder(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}
