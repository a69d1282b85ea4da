-- SPDX-License-Identifier: AGPL-3.0-or-later
-- A whole database of one schema.

CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
CREATE TABLE entries (
  pos INTEGER PRIMARY KEY,
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  at INTEGER NOT NULL,
  author INTEGER NOT NULL,
  device INTEGER NOT NULL,
  key BLOB,
  kind INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  target INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  chain BLOB NOT NULL,
  body BLOB
, seal BLOB) STRICT;
CREATE TABLE written (
  log INTEGER NOT NULL,
  author INTEGER NOT NULL,
  block INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  PRIMARY KEY (log, author, block)
) STRICT, WITHOUT ROWID;
CREATE TABLE heads (
  log INTEGER NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  floor INTEGER NOT NULL,
  chain BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE keys (
  key BLOB NOT NULL,
  device INTEGER NOT NULL,
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (key, device)
) STRICT, WITHOUT ROWID;
CREATE TABLE chats (
  chat INTEGER PRIMARY KEY,
  type INTEGER NOT NULL,
  title TEXT NOT NULL,
  about TEXT NOT NULL,
  name TEXT NOT NULL,
  defaults INTEGER NOT NULL,
  slow_seconds INTEGER NOT NULL,
  signatures INTEGER NOT NULL,
  history_hidden INTEGER NOT NULL,
  join_approval INTEGER NOT NULL,
  members INTEGER NOT NULL,
  wide INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  imported INTEGER NOT NULL,
  number_base INTEGER NOT NULL,
  created INTEGER NOT NULL,
  facts INTEGER NOT NULL,
  peer_a INTEGER NOT NULL,
  peer_b INTEGER NOT NULL
, down INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE members (
  chat INTEGER NOT NULL,
  account INTEGER NOT NULL,
  role INTEGER NOT NULL,
  grants INTEGER NOT NULL,
  until INTEGER NOT NULL,
  version INTEGER NOT NULL,
  from_seq INTEGER NOT NULL,
  title TEXT NOT NULL,
  joined INTEGER NOT NULL,
  pos INTEGER NOT NULL, note TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (chat, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE names (
  name TEXT NOT NULL PRIMARY KEY,
  skeleton TEXT NOT NULL UNIQUE,
  account INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  UNIQUE (account, chat)
) STRICT, WITHOUT ROWID;
CREATE TABLE directs (
  a INTEGER NOT NULL,
  b INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;
CREATE TABLE overlays (
  log INTEGER NOT NULL,
  target INTEGER NOT NULL,
  by_seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  redacted INTEGER NOT NULL,
  author INTEGER,
  PRIMARY KEY (log, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE pins (
  log INTEGER NOT NULL,
  target INTEGER NOT NULL,
  by_seq INTEGER NOT NULL,
  PRIMARY KEY (log, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE mentions (
  account INTEGER NOT NULL,
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account, log, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE links (
  token TEXT NOT NULL PRIMARY KEY,
  chat INTEGER NOT NULL,
  label TEXT NOT NULL,
  expires INTEGER NOT NULL,
  max_uses INTEGER NOT NULL,
  uses INTEGER NOT NULL,
  approval INTEGER NOT NULL,
  revoked INTEGER NOT NULL,
  creator INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE requests (
  chat INTEGER NOT NULL,
  account INTEGER NOT NULL,
  at INTEGER NOT NULL,
  token TEXT NOT NULL,
  PRIMARY KEY (chat, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE people (
  account INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  username TEXT NOT NULL,
  about TEXT NOT NULL,
  hide_last_seen INTEGER NOT NULL,
  hide_typing INTEGER NOT NULL,
  hide_reads INTEGER NOT NULL,
  hide_forwards INTEGER NOT NULL,
  refuse_invites INTEGER NOT NULL
, unfindable INTEGER NOT NULL DEFAULT 0, quiet_contacts INTEGER NOT NULL DEFAULT 0, photo_for INTEGER
  NOT NULL DEFAULT 0, deleted INTEGER
  NOT NULL DEFAULT 0) STRICT;
CREATE TABLE words (
  tail TEXT NOT NULL,
  account INTEGER NOT NULL,
  PRIMARY KEY (tail, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE blocks (
  account INTEGER NOT NULL,
  other INTEGER NOT NULL,
  PRIMARY KEY (account, other)
) STRICT, WITHOUT ROWID;
CREATE TABLE drafts (
  account INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  text TEXT NOT NULL,
  entities TEXT NOT NULL,
  reply INTEGER NOT NULL,
  at INTEGER NOT NULL,
  pos INTEGER NOT NULL, quote TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (account, chat)
) STRICT, WITHOUT ROWID;
CREATE TABLE prefs (
  account INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  muted_until INTEGER,
  archived INTEGER,
  pin_rank INTEGER,
  marked_unread INTEGER,
  PRIMARY KEY (account, chat)
) STRICT, WITHOUT ROWID;
CREATE TABLE reads (
  account INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  ord INTEGER NOT NULL,
  PRIMARY KEY (account, chat)
) STRICT, WITHOUT ROWID;
CREATE TABLE sources (
  chat INTEGER NOT NULL,
  number INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  digest INTEGER NOT NULL,
  PRIMARY KEY (chat, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE reactions (
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  account INTEGER NOT NULL,
  emoji TEXT NOT NULL,
  PRIMARY KEY (log, seq, account, emoji)
) STRICT, WITHOUT ROWID;
CREATE TABLE tallies (
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  emoji TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (log, seq, emoji)
) STRICT, WITHOUT ROWID;
CREATE TABLE views (
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  views INTEGER NOT NULL,
  PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE ticks (
  chat INTEGER NOT NULL,
  account INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (chat, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE seen (
  account INTEGER PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE ids (
  kind INTEGER PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT;
CREATE TABLE accounts (
  account INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  signup_key BLOB UNIQUE,
  password TEXT NOT NULL,
  recovery BLOB NOT NULL,
  created INTEGER NOT NULL,
  operator INTEGER NOT NULL,
  suspended TEXT NOT NULL
, recovery_checked INTEGER NOT NULL DEFAULT 0, approval INTEGER NOT NULL DEFAULT 0, pass TEXT
  NOT NULL DEFAULT '') STRICT;
CREATE TABLE devices (
  device INTEGER PRIMARY KEY,
  account INTEGER NOT NULL,
  name TEXT NOT NULL,
  client TEXT NOT NULL,
  version TEXT NOT NULL,
  build TEXT NOT NULL,
  token BLOB NOT NULL UNIQUE,
  scopes INTEGER NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER NOT NULL,
  expires INTEGER NOT NULL
, vouched INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE secrets (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE revocations (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  device INTEGER NOT NULL,
  account INTEGER NOT NULL,
  token BLOB NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE link_uses (
  token TEXT NOT NULL,
  account INTEGER NOT NULL,
  PRIMARY KEY (token, account)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE contacts (
  account INTEGER NOT NULL,
  other INTEGER NOT NULL,
  name TEXT NOT NULL,
  seen_name TEXT NOT NULL,
  seen_username TEXT NOT NULL,
  pos INTEGER NOT NULL, seen_photo BLOB NOT NULL DEFAULT X'',
  PRIMARY KEY (account, other)
) STRICT, WITHOUT ROWID;
CREATE TABLE personal_links (
  account INTEGER NOT NULL PRIMARY KEY,
  token TEXT UNIQUE
) STRICT, WITHOUT ROWID;
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
CREATE TABLE spent (
  account INTEGER NOT NULL,
  at INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  strangers INTEGER NOT NULL,
  links INTEGER NOT NULL,
  rooms INTEGER NOT NULL,
  PRIMARY KEY (account, at, pos)
) STRICT, WITHOUT ROWID;
CREATE TABLE media_refs (
  hash BLOB NOT NULL,
  log INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  author INTEGER NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (hash, log, seq)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE rested (
  skeleton TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  account INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  by INTEGER NOT NULL,
  at INTEGER NOT NULL,
  pos INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX entries_place ON entries (log, seq, author, flags);
CREATE INDEX members_account ON members (account, role, pos);
CREATE INDEX overlays_by ON overlays (log, by_seq);
CREATE INDEX overlays_redacted ON overlays (log, target, author) WHERE redacted AND author IS NOT NULL;
CREATE INDEX mentions_place ON mentions (log, seq);
CREATE INDEX links_chat ON links (chat, created, token);
CREATE INDEX ticks_last ON ticks (chat, seq);
CREATE INDEX devices_account ON devices (account, device);
CREATE INDEX revocations_token ON revocations (token, n);
CREATE INDEX revocations_at ON revocations (at);
CREATE INDEX credentials_account ON credentials (account);
CREATE INDEX credentials_expires ON credentials (expires) WHERE expires > 0;
CREATE INDEX entries_notices ON entries (log, seq) WHERE kind = 47;
CREATE INDEX reports_open ON reports (log, report) WHERE closed = 0;
CREATE INDEX reports_due ON reports (log, closed) WHERE closed > 0 AND kept = 0;
CREATE INDEX reports_reporter ON reports (reporter, at);
CREATE INDEX decisions_account ON decisions (account, decision);
CREATE INDEX decisions_appeals ON decisions (appeal, decision) WHERE appeals > 0;
CREATE INDEX passes_maker ON passes (maker, created, id);
CREATE INDEX passes_created ON passes (created, id);
CREATE INDEX media_refs_entry ON media_refs (log, seq);
CREATE INDEX media_refs_author ON media_refs (author, size);
CREATE INDEX files_hash ON files (hash);
CREATE INDEX files_used ON files (used);
CREATE INDEX files_account ON files (account, created);
CREATE INDEX photos_hash ON photos (hash);
CREATE INDEX pushes_account ON pushes (account, device);
CREATE INDEX members_restricted ON members (chat, account) WHERE role = 1 AND grants <> 0;
CREATE INDEX rested_owner ON rested (account, chat);
CREATE INDEX chats_public ON chats (type, members, chat) WHERE name <> '' AND deleted = 0;
INSERT INTO goose_db_version VALUES (1,
  0,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (2,
  1,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (3,
  2,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (4,
  3,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (5,
  4,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (6,
  5,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (7,
  6,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (8,
  7,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (9,
  8,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (10,
  9,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (11,
  10,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (12,
  11,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (13,
  12,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (14,
  13,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (15,
  14,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (16,
  15,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (17,
  16,
  1,
  '2026-11-27 13:21:49');
INSERT INTO goose_db_version VALUES (18,
  17,
  1,
  '2026-11-27 13:21:49');
INSERT INTO entries VALUES (1,
  4294967297,
  1,
  1,
  1000,
  1,
  1,
  X'00000100000100000000000000000001',
  2,
  1,
  0,
  0,
  X'E77DB313A600CECB',
  X'6669727374',
  X'C4421C80659E98347DB334C9926442BC');
INSERT INTO entries VALUES (2,
  4294967297,
  2,
  2,
  1000,
  1,
  1,
  X'00000100000200000000000000000001',
  2,
  1,
  0,
  0,
  X'886DE462A79A1167',
  NULL,
  X'752A070239D357920115230D95FE26FC');
INSERT INTO entries VALUES (3,
  4294967297,
  3,
  3,
  1000,
  1,
  1,
  X'00000100000300000000000000000001',
  2,
  1,
  0,
  0,
  X'90A4DE4685AC64A7',
  X'656469746564',
  X'22C28016D62DD5F008A2A59F3ED5DEF0');
INSERT INTO entries VALUES (4,
  4294967297,
  4,
  4,
  1000,
  1,
  1,
  X'00000100000400000000000000000001',
  2,
  1,
  0,
  0,
  X'B2C2BF07E27F377F',
  NULL,
  NULL);
INSERT INTO heads VALUES (4294967297,
  4,
  4,
  4,
  0,
  X'B2C2BF07E27F377F');
INSERT INTO keys VALUES (X'00000100000100000000000000000001',
  1,
  4294967297,
  1);
INSERT INTO keys VALUES (X'00000100000200000000000000000001',
  1,
  4294967297,
  2);
INSERT INTO keys VALUES (X'00000100000300000000000000000001',
  1,
  4294967297,
  3);
INSERT INTO keys VALUES (X'00000100000400000000000000000001',
  1,
  4294967297,
  4);
INSERT INTO chats VALUES (1,
  2,
  'گروه',
  '',
  '',
  0,
  0,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0);
INSERT INTO members VALUES (1,
  1,
  1,
  0,
  0,
  1,
  0,
  '',
  0,
  1,
  '');
INSERT INTO members VALUES (1,
  2,
  1,
  0,
  0,
  1,
  0,
  '',
  0,
  1,
  '');
INSERT INTO names VALUES ('alireza',
  'aireza',
  1,
  0);
INSERT INTO overlays VALUES (4294967297,
  2,
  3,
  1000,
  0,
  1);
INSERT INTO pins VALUES (4294967297,
  1,
  4);
INSERT INTO links VALUES ('t',
  1,
  '',
  0,
  3,
  1,
  0,
  0,
  0,
  0);
INSERT INTO people VALUES (1,
  'Ali Reza',
  'alireza',
  '',
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0);
INSERT INTO words VALUES ('ali reza',
  1);
INSERT INTO words VALUES ('alireza',
  1);
INSERT INTO words VALUES ('reza',
  1);
INSERT INTO blocks VALUES (1,
  9);
INSERT INTO drafts VALUES (2,
  1,
  'unsent',
  '',
  0,
  0,
  4,
  '');
INSERT INTO reads VALUES (2,
  1,
  1,
  1);
INSERT INTO sources VALUES (1,
  70,
  4,
  1);
INSERT INTO reactions VALUES (4294967297,
  1,
  2,
  '👍');
INSERT INTO tallies VALUES (4294967297,
  1,
  '👍',
  1);
INSERT INTO meta VALUES ('derived',
  15);
INSERT INTO meta VALUES ('horizon',
  0);
INSERT INTO meta VALUES ('incarnation',
  X'5DE66CD859E73C89B3AD0A2B44696148');
INSERT INTO link_uses VALUES ('t',
  2);
