-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Where devices can be woken.
CREATE TABLE pushes (
  device INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  endpoint TEXT NOT NULL UNIQUE,
  key BLOB NOT NULL,
  secret BLOB NOT NULL,
  off INTEGER NOT NULL,
  quiet_from INTEGER NOT NULL,
  quiet_until INTEGER NOT NULL,
  utc_minutes INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT;

CREATE INDEX pushes_account ON pushes (account, device);
