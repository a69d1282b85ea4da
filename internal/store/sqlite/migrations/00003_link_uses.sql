-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Who has come in by a link, so that leaving and coming back counts once. It is filled from the entries, with
-- every other projection, at the end of the upgrade: see derive.go.
CREATE TABLE link_uses (
  token TEXT NOT NULL,
  account INTEGER NOT NULL,
  PRIMARY KEY (token, account)
) STRICT, WITHOUT ROWID;
