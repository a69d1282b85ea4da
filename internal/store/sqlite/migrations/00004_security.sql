-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

ALTER TABLE accounts ADD COLUMN recovery_checked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN approval INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN vouched INTEGER NOT NULL DEFAULT 0;

-- What accounts are authenticated by beside passwords, recovery codes and tokens.
CREATE TABLE credentials (
  kind INTEGER NOT NULL,
  id BLOB NOT NULL,
  account INTEGER NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  data BLOB NOT NULL,
  created INTEGER NOT NULL,
  used INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX credentials_account ON credentials (account);
CREATE INDEX credentials_expires ON credentials (expires) WHERE expires > 0;

-- Notices to an account's devices: they are few, and read without the rest of its log.
CREATE INDEX entries_notices ON entries (log, seq) WHERE kind = 47;
