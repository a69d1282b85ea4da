-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Which entries carry which contents. Nothing that was written before carries any.
CREATE TABLE media_refs (
  hash BLOB NOT NULL,
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  author INTEGER NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (hash, log, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX media_refs_entry ON media_refs (log, seq);
CREATE INDEX media_refs_author ON media_refs (author, size);

-- Which contents are kept, and the uploads that they came by while these can be sent.
CREATE TABLE blobs (
  hash BLOB PRIMARY KEY,
  size INTEGER NOT NULL,
  orphan INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE files (
  id TEXT PRIMARY KEY,
  account INTEGER NOT NULL,
  hash BLOB NOT NULL,
  size INTEGER NOT NULL,
  mime TEXT NOT NULL,
  name TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  photo INTEGER NOT NULL,
  thumbhash BLOB NOT NULL,
  length INTEGER NOT NULL,
  created INTEGER NOT NULL,
  used INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX files_hash ON files (hash);
CREATE INDEX files_used ON files (used);
CREATE INDEX files_account ON files (account, created);
