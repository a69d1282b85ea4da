// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
)

// File is a finished upload as a store keeps it.
type File struct {
	chat.Upload
	Account chat.AccountID
	Length  int64 // bytes that were uploaded; Size is of what was kept of them
	Created chat.Millis
	Used    chat.Millis // when it was made or last sent
}

// Blob is a content that is kept.
type Blob struct {
	Hash chat.Hash
	Size int64
	// Orphan is when it was first seen that nothing refers to it; 0: something does, or nobody has looked yet.
	Orphan chat.Millis
}

// Sweep asks for a look at some of the contents, in the order of their hashes.
type Sweep struct {
	After chat.Hash
	Limit int
	Now   chat.Millis
	// Before is when uploads that are forgotten were last used, Orphans since when contents that may go have
	// been without anything that refers to them.
	Before, Orphans chat.Millis
}

// Swept is what a Sweep found.
type Swept struct {
	Next chat.Hash // to go on from; zero at the end
	Gone []chat.Hash
	// Count and Bytes are of the contents that were looked at and stay.
	Count int
	Bytes int64
}

// Store keeps which uploads are finished and which contents are there. None of it is a projection: it tells
// of what is kept beside the entries. What refers to a content is a file here, or an entry (chat.MediaUsed),
// which the same store keeps, so that both are looked at in one transaction.
//
// What is written is durable when a call returns. What is not there is chat.CodeNotFound.
type Store interface {
	// PutFile adds a finished upload, whose content is kept already; that is no orphan then. One that is there
	// stays as it was.
	PutFile(ctx context.Context, f File) error
	File(ctx context.Context, id chat.FileID) (File, error)
	// UseFile notes that a file is being sent; it moves forward only.
	UseFile(ctx context.Context, id chat.FileID, at chat.Millis) error
	// Uploaded sums up what an account uploaded since a time, of what is not forgotten.
	Uploaded(ctx context.Context, account chat.AccountID, since chat.Millis) (int64, error)
	// Carried sums up the sizes of what the entries of an account carry.
	Carried(ctx context.Context, account chat.AccountID) (int64, error)
	// SweepBlobs forgets files that were not used for long, notes which contents nothing refers to, takes that
	// note off the others, and returns those that have been without for long. It removes no content.
	SweepBlobs(ctx context.Context, q Sweep) (Swept, error)
	// DropBlob forgets a content if still nothing refers to it and that was noted at or before a time.
	DropBlob(ctx context.Context, hash chat.Hash, before chat.Millis) (bool, error)
	// Blobs returns contents with greater hashes, ascending, at most limit.
	Blobs(ctx context.Context, after chat.Hash, limit int) ([]Blob, error)
}
