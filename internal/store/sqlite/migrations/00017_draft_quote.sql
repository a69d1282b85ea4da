-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- The part of a message that a draft answers. Nothing that was written before says so.
ALTER TABLE drafts ADD COLUMN quote TEXT NOT NULL DEFAULT '';
