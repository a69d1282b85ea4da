-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Passes let people sign up where strangers may not.
CREATE TABLE passes (
  id TEXT NOT NULL PRIMARY KEY,
  secret BLOB NOT NULL UNIQUE,
  maker INTEGER NOT NULL,
  label TEXT NOT NULL,
  uses INTEGER NOT NULL,
  used INTEGER NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  revoked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX passes_maker ON passes (maker, created, id);

CREATE INDEX passes_created ON passes (created, id);

ALTER TABLE accounts ADD COLUMN pass TEXT
  NOT NULL DEFAULT '';
