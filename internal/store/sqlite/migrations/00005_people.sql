-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Whom an account has put on its list. The pos is that of the entry whose body goes with the row.
CREATE TABLE contacts (
  account INTEGER NOT NULL,
  other INTEGER NOT NULL,
  name TEXT NOT NULL,
  seen_name TEXT NOT NULL,
  seen_username TEXT NOT NULL,
  pos INTEGER NOT NULL,
  PRIMARY KEY (account, other)
) STRICT, WITHOUT ROWID;

-- The link that leads to an account; NULL: taken down by its wish.
CREATE TABLE personal_links (
  account INTEGER NOT NULL PRIMARY KEY,
  token TEXT UNIQUE
) STRICT, WITHOUT ROWID;

ALTER TABLE people ADD COLUMN unfindable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN quiet_contacts INTEGER NOT NULL DEFAULT 0;
