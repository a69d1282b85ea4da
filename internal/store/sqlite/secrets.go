// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"context"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

const (
	accountColumns = "a.account, a.version, a.signup_key, a.password, a.recovery, a.created, a.operator, " +
		"a.suspended, a.recovery_checked, a.approval, a.pass"
	deviceColumns = "d.device, d.account, d.name, d.client, d.version, d.build, d.token, d.scopes, d.created, " +
		"d.last_used, d.expires, d.vouched"
	revocationColumns = "n, device, account, token, reason, at"
)

func readAccount(r *row) account.Account {
	a := account.Account{ID: num[chat.AccountID](r), Version: num[uint32](r)}
	copy(a.SignupKey[:], r.blob())
	a.Password = r.text()
	copy(a.Recovery[:], r.blob())
	a.Created, a.Operator, a.Suspended = num[chat.Millis](r), r.bool(), r.text()
	a.RecoveryChecked, a.Approval, a.Pass = num[chat.Millis](r), r.bool(), r.text()
	return a
}

func readDevice(r *row) account.Device {
	d := account.Device{
		ID: num[chat.DeviceID](r), Account: num[chat.AccountID](r), Name: r.text(), Client: r.text(),
		Version: r.text(), Build: r.text(),
	}
	copy(d.Token[:], r.blob())
	d.Scopes, d.Created = num[chat.Scopes](r), num[chat.Millis](r)
	d.LastUsed, d.Expires, d.Vouched = num[chat.Millis](r), num[chat.Millis](r), num[chat.Millis](r)
	return d
}

func readRevocation(r *row) account.Revocation {
	v := account.Revocation{
		N: num[uint64](r), Device: num[chat.DeviceID](r), Account: num[chat.AccountID](r),
	}
	copy(v.Token[:], r.blob())
	v.Reason, v.At = r.text(), num[chat.Millis](r)
	return v
}

// CountAccounts counts the accounts there are.
func (s *Store) CountAccounts(ctx context.Context) (n int, err error) {
	err = s.read(ctx, "count accounts", func(c *conn) error {
		_, err := c.one("SELECT count(*) FROM accounts", func(r *row) { n = int(num[int64](r)) })
		return err
	})
	return n, err
}

// Apply implements account.Store.
func (s *Store) Apply(ctx context.Context, changes ...account.Change) error {
	return s.do(ctx, "apply", func(w *writer) error {
		for _, c := range changes {
			if err := w.applySecret(c); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *writer) applySecret(change account.Change) error {
	switch c := change.(type) {
	case account.AccountPut:
		return w.putAccount(c.Account)
	case account.AccountGone:
		return w.ofAccount(c.Account, dropping())
	case account.DevicePut:
		return w.putDevice(c.Device)
	case account.DevicesGone:
		return w.dropDevices(c)
	case account.DeviceUsed:
		for id, at := range c.At {
			err := w.conn.exec("UPDATE devices SET last_used = max(last_used, ?) WHERE device = ?", at, id)
			if err != nil {
				return err
			}
		}
		return nil
	case account.DeviceRuns:
		for id, p := range c.What {
			err := w.conn.exec("UPDATE devices SET client = ?, version = ?, build = ? WHERE device = ?",
				p.Client, p.Version, p.Build, id)
			if err != nil {
				return err
			}
		}
		return nil
	case account.DeviceVouched:
		return w.conn.exec("UPDATE devices SET vouched = ? WHERE device = ?", c.At, c.Device)
	case account.SecretPut:
		return w.putSecret(c)
	case account.RevocationsPruned:
		return w.conn.exec("DELETE FROM revocations WHERE at < ?", c.Before)
	case account.PassPut, account.PassUsed, account.PassUnused, account.PassRevoked:
		return w.applyPass(change)
	default:
		return w.applyCredential(change)
	}
}

// putAccount changes nothing where another version or another's sign-up key is stored.
func (w *writer) putAccount(a account.Account) error {
	text := `INSERT INTO accounts VALUES (?1, ?2 + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
		ON CONFLICT DO NOTHING`
	if a.Version > 0 {
		text = `UPDATE OR IGNORE accounts SET version = ?2 + 1, signup_key = ?3, password = ?4, recovery = ?5,
			created = ?6, operator = ?7, suspended = ?8, recovery_checked = ?9, approval = ?10, pass = ?11
			WHERE account = ?1 AND version = ?2`
	}
	n, err := w.conn.affect(text, a.ID, a.Version, a.SignupKey, a.Password, a.Recovery, a.Created, a.Operator,
		a.Suspended, a.RecoveryChecked, a.Approval, a.Pass)
	if err == nil && n == 0 {
		err = chat.Errorf(chat.CodeConflict, "account %d has another version, or its sign-up key is taken", a.ID)
	}
	return err
}

func (w *writer) putDevice(d account.Device) error {
	taken, err := w.conn.one("SELECT 1 FROM devices WHERE token = ? AND device <> ?",
		func(*row) {}, d.Token, d.ID)
	if err != nil {
		return err
	}
	if taken {
		return chat.Errorf(chat.CodeConflict, "another device has the token")
	}
	// What a device was woken for as another account's is over.
	if err := w.conn.exec("DELETE FROM pushes WHERE device = ? AND account <> ?", d.ID, d.Account); err != nil {
		return err
	}
	return w.conn.exec("INSERT OR REPLACE INTO devices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", d.ID,
		d.Account, d.Name, d.Client, d.Version, d.Build, d.Token, d.Scopes, d.Created, d.LastUsed, d.Expires,
		d.Vouched)
}

// dropDevices records the revocations first, in the order of the devices.
func (w *writer) dropDevices(c account.DevicesGone) error {
	// ?2 is the list of Only where there is one, and ?3 the device to keep otherwise.
	const which = `account = ?1 AND CASE WHEN ?2 <> '[]' THEN device IN (SELECT value FROM json_each(?2))
		ELSE device <> ?3 END`
	only := list(c.Only)
	err := w.conn.exec(`INSERT INTO revocations (device, account, token, reason, at)
		SELECT device, account, token, ?4, ?5 FROM devices WHERE `+which+` ORDER BY device`,
		c.Account, only, c.Keep, c.Reason, c.At)
	if err != nil {
		return err
	}
	err = w.conn.exec("DELETE FROM pushes WHERE device IN (SELECT device FROM devices WHERE "+which+")",
		c.Account, only, c.Keep)
	if err != nil {
		return err
	}
	return w.conn.exec("DELETE FROM devices WHERE "+which, c.Account, only, c.Keep)
}

func (w *writer) putSecret(c account.SecretPut) error {
	var n int64
	var err error
	switch {
	case c.Old == nil && c.New == nil:
		var there bool
		if there, err = w.conn.one("SELECT 1 FROM secrets WHERE name = ?", func(*row) {}, c.Name); !there {
			n = 1
		}
	case c.Old == nil:
		n, err = w.conn.affect("INSERT INTO secrets VALUES (?, ?) ON CONFLICT DO NOTHING", c.Name, c.New)
	case c.New == nil:
		n, err = w.conn.affect("DELETE FROM secrets WHERE name = ? AND value = ?", c.Name, c.Old)
	default:
		n, err = w.conn.affect("UPDATE secrets SET value = ? WHERE name = ? AND value = ?", c.New, c.Name, c.Old)
	}
	if err == nil && n == 0 {
		err = chat.Errorf(chat.CodeConflict, "the secret %s is another", c.Name)
	}
	return err
}

// notFound is the answer of the reads below for what is not there.
func notFound(what string) error { return chat.Errorf(chat.CodeNotFound, "there is no such %s", what) }

// theOne runs a query for one row, which has to be there.
func (s *Store) theOne(ctx context.Context, what, text string, each func(*row), args ...any) error {
	return s.read(ctx, what, func(c *conn) error {
		found, err := c.one(text, each, args...)
		if err == nil && !found {
			err = notFound(what)
		}
		return err
	})
}

// Account implements account.Store.
func (s *Store) Account(ctx context.Context, find account.Find) (a account.Account, err error) {
	text, arg := "SELECT "+accountColumns+" FROM accounts AS a WHERE a.account = ?", any(find.ID)
	if find.ID == 0 {
		text, arg = "SELECT "+accountColumns+" FROM accounts AS a WHERE a.signup_key = ?", find.SignupKey
	}
	err = s.theOne(ctx, "account", text, func(r *row) { a = readAccount(r) }, arg)
	return a, err
}

// Accounts implements account.Store.
func (s *Store) Accounts(ctx context.Context, after chat.AccountID, limit int,
) (accounts []account.Account, err error) {
	err = s.read(ctx, "accounts", func(c *conn) error {
		return c.query("SELECT "+accountColumns+" FROM accounts AS a WHERE a.account > ? "+
			"ORDER BY a.account LIMIT ?", func(r *row) error {
			accounts = append(accounts, readAccount(r))
			return nil
		}, after, max(limit, 0))
	})
	return accounts, err
}

// DeviceByToken implements account.Store.
func (s *Store) DeviceByToken(ctx context.Context, token account.TokenHash,
) (d account.Device, a account.Account, err error) {
	err = s.theOne(ctx, "token", "SELECT "+deviceColumns+", "+accountColumns+
		" FROM devices AS d CROSS JOIN accounts AS a ON a.account = d.account WHERE d.token = ?",
		func(r *row) { d, a = readDevice(r), readAccount(r) }, token)
	return d, a, err
}

// Devices implements account.Store.
func (s *Store) Devices(ctx context.Context, of chat.AccountID) (devices []account.Device, err error) {
	err = s.read(ctx, "devices", func(c *conn) error {
		return c.query("SELECT "+deviceColumns+" FROM devices AS d WHERE d.account = ? ORDER BY d.device",
			func(r *row) error {
				devices = append(devices, readDevice(r))
				return nil
			}, of)
	})
	return devices, err
}

// Revoked implements account.Store.
func (s *Store) Revoked(ctx context.Context, token account.TokenHash) (v account.Revocation, err error) {
	err = s.theOne(ctx, "revocation", "SELECT "+revocationColumns+
		" FROM revocations WHERE token = ? ORDER BY n DESC LIMIT 1",
		func(r *row) { v = readRevocation(r) }, token)
	return v, err
}

// Secret implements account.Store.
func (s *Store) Secret(ctx context.Context, name string) (secret []byte, err error) {
	err = s.theOne(ctx, "secret", "SELECT value FROM secrets WHERE name = ?",
		func(r *row) { secret = r.blob() }, name)
	return secret, err
}

// Revocations implements account.Store.
func (s *Store) Revocations(ctx context.Context, after uint64, limit int,
) (revoked []account.Revocation, last uint64, err error) {
	err = s.read(ctx, "revocations", func(c *conn) error {
		if _, err := c.one("SELECT seq FROM sqlite_sequence WHERE name = 'revocations'",
			func(r *row) { last = num[uint64](r) }); err != nil {
			return err
		}
		return c.query("SELECT "+revocationColumns+" FROM revocations WHERE n > ? ORDER BY n LIMIT ?",
			func(r *row) error {
				revoked = append(revoked, readRevocation(r))
				return nil
			}, after, max(limit, 0))
	})
	return revoked, last, err
}
