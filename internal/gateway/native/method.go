// SPDX-License-Identifier: AGPL-3.0-or-later

package native

import (
	"context"
	"net/netip"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/hub"
)

// caller is who asks, and over what.
type caller struct {
	*Gateway
	actor    chat.Actor
	operator bool
	session  *hub.Session // nil over HTTP
	from     netip.Addr
}

// lane says how requests of a method are carried out on a connection.
type lane uint8

const (
	reads   lane = iota // beside others
	writes              // in order
	waits               // beside others, and maybe for seconds
	secrets             // beside others, and in the queue of password checks
)

// method is one row of the table: what a call needs, and what it does.
type method struct {
	name  string
	scope chat.Scopes // that a token must have; 0: any
	open  bool        // needs no token
	lane  lane
	parts bool // may end the device that asks
	fresh func() proto.Message
	// begin carries the request out as far as the order matters and returns how to get the answer; it may
	// have the answer already.
	begin func(ctx context.Context, c *caller, req proto.Message) (answer, error)
}

// answer is the answer of a request, or what waits for it.
type answer struct {
	ready proto.Message
	wait  func(ctx context.Context) (proto.Message, error)
}

func (a answer) get(ctx context.Context) (proto.Message, error) {
	if a.wait == nil {
		return a.ready, nil
	}
	return a.wait(ctx)
}

// message is a pointer to a generated message M.
type message[M any] interface {
	*M
	proto.Message
}

// call makes a row of a function that answers at once.
func call[Q, A any, PQ message[Q], PA message[A]](
	name string, scope chat.Scopes, f func(context.Context, *caller, PQ) (PA, error),
) method {
	return method{
		name: name, scope: scope,
		fresh: func() proto.Message { return PQ(new(Q)) },
		begin: func(ctx context.Context, c *caller, req proto.Message) (answer, error) {
			a, err := f(ctx, c, req.(PQ))
			if err != nil {
				return answer{}, err
			}
			return answer{ready: a}, nil
		},
	}
}

// later makes a row of a function that begins a write and answers when it is durable.
func later[Q, A any, PQ message[Q], PA message[A]](
	name string, scope chat.Scopes,
	f func(context.Context, *caller, PQ) (func(context.Context) (PA, error), error),
) method {
	return method{
		name: name, scope: scope, lane: writes,
		fresh: func() proto.Message { return PQ(new(Q)) },
		begin: func(ctx context.Context, c *caller, req proto.Message) (answer, error) {
			wait, err := f(ctx, c, req.(PQ))
			if err != nil {
				return answer{}, err
			}
			return answer{wait: func(ctx context.Context) (proto.Message, error) {
				a, err := wait(ctx)
				if err != nil {
					return nil, err
				}
				return a, nil
			}}, nil
		},
	}
}

// anybody makes a row need no token.
func anybody(m method) method { m.open = true; return m }

// ordered makes a row be carried out in the order of the connection's writes.
func ordered(m method) method { m.lane = writes; return m }

// patient makes a row one that may wait.
func patient(m method) method { m.lane = waits; return m }

// operating makes a row wait, for an operator's device, until that has its say: what operators do to others
// and look into is worth more to a thief than anything of the account itself.
//
// AUTH-6
func operating(m method) method {
	begin := m.begin
	m.begin = func(ctx context.Context, c *caller, req proto.Message) (answer, error) {
		if err := c.mayOperate(ctx); err != nil {
			return answer{}, err
		}
		return begin(ctx, c, req)
	}
	return m
}

// mayOperate refuses an operator's device that has no say yet. Who is no operator, others refuse.
func (c *caller) mayOperate(ctx context.Context) error {
	if !c.actor.Operator {
		return nil
	}
	return c.cfg.Accounts.Settled(ctx, c.actor)
}

// guessed makes a row one that checks a password for anybody who asks.
func guessed(m method) method { m.lane = secrets; return anybody(m) }

// methods is the table of everything that can be asked.
//
// CONN-5
func methods() map[string]*method {
	table := make(map[string]*method)
	for _, service := range [][]method{
		connectionMethods(), accountMethods(), chatMethods(), memberMethods(), messageMethods(),
		markMethods(), syncMethods(), securityMethods(), passkeyMethods(), peopleMethods(), adminMethods(),
		feedbackMethods(), reportMethods(), signupMethods(), organisationMethods(), searchMethods(), fileMethods(),
		photoMethods(), newcomerMethods(), pushMethods(), linkMethods(), deletionMethods(),
	} {
		for _, m := range service {
			table[m.name] = &m
		}
	}
	return table
}

// may checks that somebody may use a method at all; what he may do with it, the engine and the accounts say.
//
// AUTH-3
func (m *method) may(who chat.Actor) error {
	if m.open {
		return nil
	}
	if who.Account == 0 {
		return chat.Errorf(chat.CodeUnauthenticated, "%s needs a token", m.name)
	}
	if !who.Scopes.Has(m.scope) {
		return chat.Errorf(chat.CodeScopeMissing, "the token may not call %s", m.name)
	}
	return nil
}

// find returns the row of a method, or chat.CodeUnknownMethod.
func (g *Gateway) find(name []byte) (*method, error) {
	if m := g.methods[string(name)]; m != nil {
		return m, nil
	}
	return nil, &chat.Error{Code: chat.CodeUnknownMethod, Text: "no such method", Field: "method"}
}
