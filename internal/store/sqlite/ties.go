// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"

	"github.com/zolal-im/zolal/internal/chat"
)

// Knowing implements engine.Circle.
func (s *Store) Knowing(ctx context.Context, account chat.AccountID, others ...chat.AccountID,
) ([]chat.AccountID, error) {
	return s.accounts(ctx, "knowing", `SELECT j.value FROM json_each(?2) AS j
		WHERE EXISTS (SELECT 1 FROM directs AS d CROSS JOIN members AS m ON m.chat = d.chat
			WHERE d.a = min(?1, j.value) AND d.b = max(?1, j.value) AND m.account = j.value AND m.joined <> 0)
		OR EXISTS (SELECT 1 FROM contacts AS c WHERE c.account = j.value AND c.other = ?1)`,
		account, list(ascending(others)))
}

// Talking implements engine.Circle.
func (s *Store) Talking(ctx context.Context, account chat.AccountID, others ...chat.AccountID,
) ([]chat.AccountID, error) {
	return s.accounts(ctx, "talking", `SELECT j.value FROM json_each(?2) AS j
		CROSS JOIN directs AS d ON d.a = min(?1, j.value) AND d.b = max(?1, j.value)
		CROSS JOIN members AS m ON m.chat = d.chat AND m.account = j.value AND m.role BETWEEN 1 AND 3
		CROSS JOIN members AS n ON n.chat = d.chat AND n.account = ?1 AND n.role BETWEEN 1 AND 3`,
		account, list(ascending(others)))
}

// accounts runs a query for accounts.
func (s *Store) accounts(ctx context.Context, what, text string, args ...any) (
	found []chat.AccountID, err error) {
	err = s.read(ctx, what, func(c *conn) error {
		return c.query(text, func(r *row) error {
			found = append(found, num[chat.AccountID](r))
			return nil
		}, args...)
	})
	return found, err
}

// Spent implements engine.Circle.
func (s *Store) Spent(ctx context.Context, account chat.AccountID, after chat.Millis,
) (spent []chat.Spending, err error) {
	err = s.read(ctx, "spent", func(c *conn) error {
		return c.query(`SELECT at, strangers, links, rooms FROM spent WHERE account = ? AND at > ?
			ORDER BY at, pos`, func(r *row) error {
			spent = append(spent, chat.Spending{At: num[chat.Millis](r), Spent: chat.Spent{
				Strangers: num[uint32](r), Links: num[uint32](r), Rooms: num[uint32](r),
			}})
			return nil
		}, account, after)
	})
	return spent, err
}
