// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

const credentialColumns = "kind, id, account, version, name, data, created, used, expires"

func readCredential(r *row) account.Credential {
	c := account.Credential{Kind: num[account.CredentialKind](r)}
	copy(c.ID[:], r.blob())
	c.Account, c.Version, c.Name = num[chat.AccountID](r), num[uint32](r), r.text()
	c.Data = r.blob()
	c.Created, c.Used, c.Expires = num[chat.Millis](r), num[chat.Millis](r), num[chat.Millis](r)
	return c
}

func (w *writer) applyCredential(change account.Change) error {
	switch c := change.(type) {
	case account.CredentialPut:
		return w.putCredential(c.Credential)
	case account.CredentialTaken:
		n, err := w.conn.affect("DELETE FROM credentials WHERE kind = ? AND id = ? AND version = ?",
			c.Kind, c.ID, c.Version)
		if err == nil && n == 0 {
			err = chat.Errorf(chat.CodeConflict, "the credential was taken or changed")
		}
		return err
	case account.CredentialsGone:
		return w.conn.exec("DELETE FROM credentials WHERE account = ? AND kind IN (SELECT value FROM json_each(?))",
			c.Account, list(c.Kinds))
	case account.CredentialsPruned:
		return w.conn.exec("DELETE FROM credentials WHERE expires > 0 AND expires < ?", c.Before)
	default:
		return chat.Errorf(chat.CodeInternal, "change %T is unknown", change)
	}
}

func (w *writer) putCredential(c account.Credential) error {
	text := `INSERT INTO credentials VALUES (?1, ?2, ?3, ?4 + 1, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING`
	if c.Version > 0 {
		text = `UPDATE credentials SET account = ?3, version = ?4 + 1, name = ?5, data = ?6, created = ?7,
			used = ?8, expires = ?9 WHERE kind = ?1 AND id = ?2 AND version = ?4`
	}
	n, err := w.conn.affect(text, c.Kind, c.ID, c.Account, c.Version, c.Name, append([]byte{}, c.Data...),
		c.Created, c.Used, c.Expires)
	if err == nil && n == 0 {
		err = chat.Errorf(chat.CodeConflict, "the credential has another version")
	}
	return err
}

// Credential implements account.Vault.
func (s *Store) Credential(ctx context.Context, kind account.CredentialKind, id account.CredentialID,
) (c account.Credential, err error) {
	err = s.theOne(ctx, "credential", "SELECT "+credentialColumns+" FROM credentials WHERE kind = ? AND id = ?",
		func(r *row) { c = readCredential(r) }, kind, id)
	return c, err
}

// Credentials implements account.Vault.
func (s *Store) Credentials(ctx context.Context, of chat.AccountID) (all []account.Credential, err error) {
	err = s.read(ctx, "credentials", func(c *conn) error {
		return c.query("SELECT "+credentialColumns+" FROM credentials WHERE account = ? "+
			"ORDER BY kind, created, id", func(r *row) error {
			all = append(all, readCredential(r))
			return nil
		}, of)
	})
	return all, err
}
