-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Why somebody is restricted or banned. Nothing that was written before says so.
ALTER TABLE members ADD COLUMN note TEXT NOT NULL DEFAULT '';

-- The few members of a large chat from whom something is taken.
CREATE INDEX members_restricted ON members (chat, account) WHERE role = 1 AND grants <> 0;
