-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Photos of accounts, and what each chat is shown by. Nothing that was written before sets any.
CREATE TABLE photos (
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  hash BLOB NOT NULL,
  size INTEGER NOT NULL,
  mime TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  thumbhash BLOB NOT NULL,
  PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX photos_hash ON photos (hash);

ALTER TABLE people ADD COLUMN photo_for INTEGER
  NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN seen_photo BLOB NOT NULL DEFAULT X'';
