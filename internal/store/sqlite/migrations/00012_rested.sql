-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Names that were given up, for a while nobody else's. What was given up before is found when the projections
-- are made again, which this step asks for.
CREATE TABLE rested (
  skeleton TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  account INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  by INTEGER NOT NULL,
  at INTEGER NOT NULL,
  pos INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX rested_owner ON rested (account, chat, pos);
