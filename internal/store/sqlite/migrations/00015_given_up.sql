-- SPDX-License-Identifier: AGPL-3.0-or-later
-- +goose Up

-- Of one owner only the last three names rested. All of 30 days do, which is found when the projections
-- are made again, as this step asks for. None of them has to be found by its place any more.
DROP INDEX rested_owner;
CREATE INDEX rested_owner ON rested (account, chat);
