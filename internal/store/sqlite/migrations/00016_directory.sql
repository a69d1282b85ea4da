-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Public groups and channels by how many are in them.
CREATE INDEX chats_public ON chats (type, members, chat) WHERE name <> '' AND deleted = 0;
