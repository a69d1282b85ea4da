-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- What accounts used of their daily allowances. Nothing that was written before says so.
CREATE TABLE spent (
  account INTEGER NOT NULL,
  at INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  strangers INTEGER NOT NULL,
  links INTEGER NOT NULL,
  rooms INTEGER NOT NULL,
  PRIMARY KEY (account, at, pos)
) STRICT, WITHOUT ROWID;
