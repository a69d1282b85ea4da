-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Accounts that were deleted. Before this step none was.
ALTER TABLE people ADD COLUMN deleted INTEGER
  NOT NULL DEFAULT 0;
