// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// opensService reports whether a command makes a service chat, whose other side is the server.
func opensService(cmd chat.Command) bool {
	c, ok := cmd.(chat.Create)
	return ok && c.Type == chat.Service
}

// Tell writes into the service chat of an account, and makes the chat with the first message. It is the one
// way for the server to write to somebody, and there for the server's own parts: no client's wish comes here.
// The same key tells an account the same thing once; one key may be used for many accounts. The zero key
// tells again with every call.
//
// SRV-1
func (e *Engine) Tell(ctx context.Context, account chat.AccountID, tell chat.Tell, key chat.Key) (
	Receipt, error) {
	if _, err := e.Profile(ctx, account); err != nil {
		return Receipt{}, fmt.Errorf("tell: %w", err)
	}
	if !key.IsZero() {
		key = key.For(account)
	}
	for try := 0; ; try++ {
		r, err := e.tell(ctx, account, tell, key)
		if err == nil || chat.CodeOf(err) != chat.CodeConflict || try == openTries {
			return r, err
		}
	}
}

// tell is one try of Tell; another part of the server may make the chat before it.
func (e *Engine) tell(ctx context.Context, account chat.AccountID, tell chat.Tell, key chat.Key) (
	Receipt, error) {
	room, err := e.store.Direct(ctx, 0, account)
	if err != nil {
		return Receipt{}, fmt.Errorf("tell: service chat: %w", err)
	}
	actor := server(chat.Actor{Account: account})
	if room == 0 {
		create := chat.Create{Type: chat.Service, Told: tell}
		return e.create(ctx, request{actor: actor, cmd: create, key: key})
	}
	return e.write(ctx, request{actor: actor, room: room, cmd: tell, key: key})
}

// write is begin and its wait.
func (e *Engine) write(ctx context.Context, r request) (Receipt, error) {
	p, err := e.begin(ctx, r)
	if err != nil {
		return Receipt{}, err
	}
	return p.Wait(ctx)
}

// NoteAct tells accounts, each in its own log, what an operator did. Under a key it is told once.
func (e *Engine) NoteAct(ctx context.Context, act chat.OperatorAct, key chat.Key,
	accounts ...chat.AccountID) error {
	pending := make([]*Pending, len(accounts))
	for i, a := range accounts {
		r := request{actor: server(chat.Actor{Account: a}), cmd: chat.NoteAct{Act: act}}
		if !key.IsZero() {
			r.key = key.For(a)
		}
		var err error
		if pending[i], err = e.begin(ctx, r); err != nil {
			return fmt.Errorf("note an act: %w", err)
		}
	}
	for _, p := range pending {
		if _, err := p.Wait(ctx); err != nil {
			return fmt.Errorf("note an act: %w", err)
		}
	}
	return nil
}

// NoteDaily tells accounts of what an operator did, each once in a day, however often and by whichever
// operator; what is done at the console is told besides.
func (e *Engine) NoteDaily(ctx context.Context, actor chat.Actor, act chat.Act,
	accounts ...chat.AccountID) error {
	where := "app: "
	if actor.Server {
		where = "console: "
	}
	key := chat.NamedKey(e.now()-e.now()%day, where+act.String())
	return e.NoteAct(ctx, chat.OperatorAct{Act: act, Console: actor.Server}, key, accounts...)
}

// limitOf returns an operator's limit on an account that is in force.
func (e *Engine) limitOf(ctx context.Context, account chat.AccountID) (chat.Limitation, error) {
	l, err := e.store.Limitation(ctx, account)
	if err != nil {
		return chat.Limitation{}, fmt.Errorf("limitation: %w", err)
	}
	if l.Until <= e.now() {
		return chat.Limitation{}, nil
	}
	return l, nil
}

// Limited fails with chat.CodeLimited while a decision of the operator keeps an account from reaching anybody
// new.
func (e *Engine) Limited(ctx context.Context, account chat.AccountID) error {
	l, err := e.limitOf(ctx, account)
	if err != nil {
		return err
	}
	return l.Over(e.now())
}

func (e *Engine) fillLimit(ctx context.Context, r request, _ chat.Needs, f *chat.Facts) (err error) {
	f.Limit, err = e.limitOf(ctx, r.actor.Account)
	return err
}
