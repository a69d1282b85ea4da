// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/zolal-im/zolal/internal/chat"
)

// coded gives an error of the database its code and says what an operator can do. The codes of disks are
// definite: SQLite has rolled the transaction back, so nothing of it was stored.
func coded(err error) error {
	var e *sqlite.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	code, text := chat.CodeInternal, "the database fails"
	switch e.Code() & 0xff {
	case lib.SQLITE_FULL:
		code, text = chat.CodeDiskFull, "the disk is full: free space or move the data directory"
	case lib.SQLITE_READONLY, lib.SQLITE_PERM:
		code, text = chat.CodeReadOnly, "the disk is read-only: mount it for writing or mend its permissions"
	case lib.SQLITE_CANTOPEN:
		code, text = chat.CodeReadOnly, "the database cannot be opened: is the data directory ours to write in?"
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		code, text = chat.CodeUnavailable, "the database is locked: end the other program that has it open"
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		text = "the database is damaged: run zolal fsck, or restore a backup"
	case lib.SQLITE_IOERR:
		text = "the disk fails: check it, then run zolal fsck"
	}
	return &chat.Error{Code: code, Text: text, Err: err}
}

// onFile gives an error of a file or directory its code.
func onFile(op string, err error) error {
	code := chat.CodeInternal
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		code = chat.CodeDiskFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		code = chat.CodeReadOnly
	}
	return fmt.Errorf("%s: %w", op, &chat.Error{Code: code, Text: "the data directory cannot be used", Err: err})
}

// definite reports whether an error says for sure that nothing was stored.
func definite(err error) bool {
	switch chat.CodeOf(err) {
	case chat.CodeDiskFull, chat.CodeReadOnly:
		return true
	}
	return false
}
