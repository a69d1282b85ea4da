-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Entries: what everything else follows from. The rowid is the commit order. A log is kind << 32 | owner.
-- Flags: 1 counted, 2 silent. The body is NULL when there is none or it was erased.
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
) STRICT;

-- The index holds what counting one's own entries needs. Heads are read and written in the transaction that
-- places an entry, so numbers are unique without the index saying so.
CREATE INDEX entries_place ON entries (log, seq, author, flags);

-- How many counted entries an account wrote in each full block of 64 entries of a chat's log. One's own
-- entries are left out of what is unread; with these sums a count looks at two blocks and no index by author
-- is needed, which every message would have to change in a page of its own.
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

-- Projections from here on: rebuilt from entries.

-- The key comes first: it is ordered by time, so inserts are near each other and old ones go as a range.
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
) STRICT;

-- The pos is that of the entry that made the row: it orders the chat list.
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
  pos INTEGER NOT NULL,
  PRIMARY KEY (chat, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_account ON members (account, role, pos);

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

-- The author is the target's, where it was counted: redactions of others' are left out of what is unread.
CREATE TABLE overlays (
  log INTEGER NOT NULL,
  target INTEGER NOT NULL,
  by_seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  redacted INTEGER NOT NULL,
  author INTEGER,
  PRIMARY KEY (log, target)
) STRICT, WITHOUT ROWID;

CREATE INDEX overlays_by ON overlays (log, by_seq);
CREATE INDEX overlays_redacted ON overlays (log, target, author) WHERE redacted AND author IS NOT NULL;

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

CREATE INDEX mentions_place ON mentions (log, seq);

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

CREATE INDEX links_chat ON links (chat, created, token);

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
) STRICT;

-- Every end of a folded name that begins at a word, and the folded username.
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

-- The pos is that of the entry whose body goes with the draft; entities are JSON.
CREATE TABLE drafts (
  account INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  text TEXT NOT NULL,
  entities TEXT NOT NULL,
  reply INTEGER NOT NULL,
  at INTEGER NOT NULL,
  pos INTEGER NOT NULL,
  PRIMARY KEY (account, chat)
) STRICT, WITHOUT ROWID;

-- NULL: never said.
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

-- Marks: neither entries nor projections.

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

CREATE INDEX ticks_last ON ticks (chat, seq);

CREATE TABLE seen (
  account INTEGER PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT;

-- What the store itself needs: the incarnation, the horizon of keys, numbers given out.
CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ids (
  kind INTEGER PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT;

-- Secrets: what accounts are authenticated by.

CREATE TABLE accounts (
  account INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  signup_key BLOB UNIQUE,
  password TEXT NOT NULL,
  recovery BLOB NOT NULL,
  created INTEGER NOT NULL,
  operator INTEGER NOT NULL,
  suspended TEXT NOT NULL
) STRICT;

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
) STRICT;

CREATE INDEX devices_account ON devices (account, device);

CREATE TABLE secrets (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a number is never given twice, also after all were pruned.
CREATE TABLE revocations (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  device INTEGER NOT NULL,
  account INTEGER NOT NULL,
  token BLOB NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX revocations_token ON revocations (token, n);
CREATE INDEX revocations_at ON revocations (at);
