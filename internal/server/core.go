// SPDX-License-Identifier: AGPL-3.0-or-later

package server

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
	"github.com/zolal-im/zolal/internal/media"
	"github.com/zolal-im/zolal/internal/preview"
	"github.com/zolal-im/zolal/internal/push"
	"github.com/zolal-im/zolal/internal/search"
	"github.com/zolal-im/zolal/internal/store/sqlite"
	"github.com/zolal-im/zolal/internal/wire"
)

// Store is everything durable below a server.
type Store interface {
	engine.Store
	media.Store
	account.Store
	account.Vault
	account.PassStore
	push.Store
	// Snapshot writes a consistent copy of the whole store into a new file, while others go on writing; the
	// copy is on disk when it returns.
	Snapshot(ctx context.Context, file string) error
	// CountAccounts counts the accounts there are, unfinished sign-ups too.
	CountAccounts(ctx context.Context) (int, error)
}

// core is the part of a server that commands need as much as connections do: the store, the engine and the
// accounts, on a data directory held by this process.
type core struct {
	cfg      Config
	log      *slog.Logger
	dir      *dataDir
	disk     *diskWatch
	store    Store
	engine   *engine.Engine
	media    *media.Service
	bucket   *media.Bucket    // nil: contents are in files
	preview  *preview.Service // nil: switched off
	accounts *account.Service
	search   *search.Service // nil in a command, and where it is switched off
	index    *sqlite.Index
	app      *app
	terms    *terms
	build    Build
	started  time.Time
	serving  bool // a server, not a command
	// home is where people reach the server; nil in a command, which cannot know.
	home func() string

	came      chan struct{} // a sign-up that waits was stored; holds one
	importing chan struct{} // holds one token while an import runs
	backups   chan struct{} // likewise while a backup is made, or what others left is removed

	backupFailed atomic.Pointer[string] // why the last of the kept backups was not made; nil: it was
	nextBackup   atomic.Int64           // when the next nightly one is made, Unix milliseconds; 0: never
}

// commandTail is what a command keeps of recent growth in bytes: nobody follows it.
const commandTail = 1 << 18

// openCore opens a data directory, or makes a new one. tail bounds what is kept of recent growth in bytes; 0:
// as for a server.
func openCore(ctx context.Context, cfg Config, tail int) (c *core, err error) {
	if err := cfg.check(); err != nil {
		return nil, &BadConfigError{Where: "settings", Err: err}
	}
	c = &core{cfg: cfg, log: cfg.Log, build: ThisBuild(), started: cfg.Now(),
		came: make(chan struct{}, 1), importing: make(chan struct{}, 1), backups: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(dataTrouble(cfg.Data, err), c.close())
		}
	}()
	if c.dir, err = openDataDir(cfg.Data); err != nil {
		return c, err
	}
	c.cfg.Data = c.dir.path
	if err := sweep(c.dir.path, c.cfg.Backup.Dir); err != nil {
		return c, err
	}
	c.disk = newDiskWatch(&c.cfg, c.dir.path)
	if c.terms, err = openTerms(c.dir.path, cfg.Now); err != nil {
		return c, err
	}
	if c.store, err = cfg.openStore(ctx, c.dir.path, c.backUpBefore); err != nil {
		return c, err
	}
	if err := errors.Join(c.openMedia(ctx), c.openPreview()); err != nil {
		return c, err
	}
	c.engine, err = engine.Start(ctx, engine.Config{
		Store: c.store, Codec: wire.Codec{}, Now: cfg.Now, Log: cfg.Log,
		Shared: cfg.Shared, Hintless: cfg.Hintless, Poll: cfg.Poll, TailBytes: tail,
		Full: c.disk.refuse, DayBytes: cfg.DayBytes,
		Lookups: engine.Lookups{
			Account: engine.Allowance(cfg.Limits.Lookup), Network: engine.Allowance(cfg.Limits.LookupNetwork),
		},
		Directory: engine.Allowance(cfg.Limits.Search),
		Keep:      keeper{c.store, secretLookups},
		Suspend: func(ctx context.Context, id chat.AccountID, reason string) error {
			return c.accounts.SuspendAccount(ctx, id, reason)
		},
		Born: c.born(), File: c.media.Upload, Card: c.card,
	})
	if err != nil {
		return c, err
	}
	return c, c.startAccounts(ctx)
}

// born tells the engine how old accounts are; nil where the operator took the daily allowances off everybody.
func (c *core) born() func(context.Context, chat.AccountID) (chat.Millis, error) {
	if c.cfg.Unlimited {
		return nil
	}
	return func(ctx context.Context, who chat.AccountID) (chat.Millis, error) {
		a, err := c.store.Account(ctx, account.Find{ID: who})
		return a.Created, err
	}
}

func (c *core) startAccounts(ctx context.Context) (err error) {
	if c.app, err = builtApp(c.cfg.roots()); err != nil {
		return err
	}
	mediaKey, err := c.secret(ctx, "server/media", 32)
	if err != nil {
		return err
	}
	c.accounts = account.New(account.Config{
		MediaKey:    mediaKey,
		Store:       c.store,
		Vault:       c.store,
		Passes:      c.store,
		Registry:    registry{c.engine},
		Log:         c.log,
		Now:         c.cfg.Now,
		Signup:      c.cfg.startSignup(),
		LocalSignup: c.cfg.localSignup(),
		IdentityFor: c.cfg.OIDC.Session,
		Welcome:     c.welcome,
		NoteAct:     c.engine.NoteAct,
		Limited:     c.engine.Limited,
		Waits:       c.newcomer,
		DeletesIn:   c.cfg.DeletesIn,
		Erasing:     c.erasing(),
		Limits:      c.cfg.Limits,
		Cost:        c.cfg.HashCost,
		Full:        c.disk.refuse,
		Issuer:      c.cfg.Domain,
		Party:       c.cfg.party(),
		Official: func(client, build string) (string, bool) {
			return c.build.Version, client == appClient && build == c.app.build
		},
	})
	return nil
}

// newcomer says that a sign-up waits; whoever tells the operators looks for all of them.
func (c *core) newcomer() {
	select {
	case c.came <- struct{}{}:
	default:
	}
}

// close ends what was opened, in the opposite order.
func (c *core) close() error {
	var errs []error
	if c.accounts != nil {
		c.accounts.Close()
	}
	errs = append(errs, c.closeSearch())
	if c.engine != nil {
		errs = append(errs, c.engine.Close())
	}
	if c.media != nil {
		c.media.Close()
	}
	if c.bucket != nil {
		c.bucket.Close()
	}
	if c.store != nil {
		errs = append(errs, c.store.Close())
	}
	if c.dir != nil {
		c.dir.close()
	}
	return errors.Join(errs...)
}

// signingKey returns the key that signs what the server says of itself, and makes it at the first start.
func (c *core) signingKey(ctx context.Context) (ed25519.PrivateKey, error) {
	seed, err := c.secret(ctx, "server/key", ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// publicKey names this server, for whatever it keeps outside its data directory.
func (c *core) publicKey(ctx context.Context) (string, error) {
	key, err := c.signingKey(ctx)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(key.Public().(ed25519.PublicKey)), nil
}

// secret returns a named random secret of the store, and makes it where there is none. Of several nodes that
// make it at once, one wins.
func (c *core) secret(ctx context.Context, name string, size int) ([]byte, error) {
	raw, err := c.madeSecret(ctx, name, func() ([]byte, error) {
		made := make([]byte, size)
		rand.Read(made)
		return made, nil
	})
	if err == nil && len(raw) != size {
		err = fmt.Errorf("secret %s has %d bytes, not %d", name, len(raw), size)
	}
	return raw, err
}

// madeSecret is secret for one that is not any bytes.
func (c *core) madeSecret(ctx context.Context, name string, create func() ([]byte, error)) ([]byte, error) {
	raw, err := c.store.Secret(ctx, name)
	if chat.CodeOf(err) == chat.CodeNotFound {
		made, failed := create()
		if failed != nil {
			return nil, failed
		}
		err = c.store.Apply(ctx, account.SecretPut{Name: name, New: made})
		if err == nil {
			return made, nil
		}
		if chat.CodeOf(err) == chat.CodeConflict {
			raw, err = c.store.Secret(ctx, name)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", name, err)
	}
	return raw, nil
}
