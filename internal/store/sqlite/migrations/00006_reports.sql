-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

ALTER TABLE chats ADD COLUMN down INTEGER NOT NULL DEFAULT 0;

-- Reports by the log they stand in and their place there. Closed 0: open. Kept: what it revealed is erased.
CREATE TABLE reports (
  log INTEGER NOT NULL,
  report INTEGER NOT NULL,
  at INTEGER NOT NULL,
  reporter INTEGER NOT NULL,
  account INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  reason TEXT NOT NULL,
  decision INTEGER NOT NULL,
  closed INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  PRIMARY KEY (log, report)
) STRICT, WITHOUT ROWID;

CREATE INDEX reports_open ON reports (log, report) WHERE closed = 0;
CREATE INDEX reports_due ON reports (log, closed) WHERE closed > 0 AND kept = 0;
CREATE INDEX reports_reporter ON reports (reporter, at);

-- Appeals is the entry of the appeal, 0 where there is none or it was erased.
CREATE TABLE decisions (
  decision INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  account INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  act INTEGER NOT NULL,
  reason TEXT NOT NULL,
  until INTEGER NOT NULL,
  name TEXT NOT NULL,
  reversed INTEGER NOT NULL,
  appeal INTEGER NOT NULL,
  appeals INTEGER NOT NULL,
  answered INTEGER NOT NULL
) STRICT;

CREATE INDEX decisions_account ON decisions (account, decision);
CREATE INDEX decisions_appeals ON decisions (appeal, decision) WHERE appeals > 0;

CREATE TABLE acts (
  account INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  act INTEGER NOT NULL,
  reason TEXT NOT NULL,
  until INTEGER NOT NULL,
  decision INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  console INTEGER NOT NULL,
  PRIMARY KEY (account, seq)
) STRICT, WITHOUT ROWID;
