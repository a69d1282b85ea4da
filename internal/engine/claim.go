// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// Claim is a public name that somebody thinks of taking.
type Claim struct {
	Name string
	Room chat.ChatID // for this chat; 0: for themselves
	New  bool        // for a chat that is to be made
}

// MayClaim reports with a coded error why an actor could not take a name now; nil: they could. It tells no
// more than trying does, and costs the same look-up: nothing where the name is theirs already or can be
// nobody's.
//
// NAME-2
func (e *Engine) MayClaim(ctx context.Context, actor chat.Actor, c Claim) error {
	if err := actor.May(chat.ScopeManage); err != nil {
		return err
	}
	r, f, err := e.claim(ctx, actor, c)
	if err != nil {
		return err
	}
	if err := chat.CheckName(c.Name); err != nil {
		return err
	}
	if err := e.payClaim(ctx, r); err != nil {
		return err
	}
	owner, _ := claimant(r, f)
	if err := e.untaken(ctx, chat.FoldName(c.Name), owner); err != nil {
		return err
	}
	return e.wake(ctx, r, f, new(plan))
}

// claim returns the request that would take a name, and the facts that it would be judged by.
func (e *Engine) claim(ctx context.Context, actor chat.Actor, c Claim) (r request, f chat.Facts, err error) {
	r = request{actor: actor, room: c.Room, cmd: chat.SetInfo{Change: chat.InfoChange{Name: &c.Name}}}
	switch {
	case c.New && c.Room != 0:
		return r, f, &chat.Error{Code: chat.CodeBadRequest, Field: "chat", Text: "it is not new"}
	case c.New:
		r.cmd = chat.Create{Name: c.Name}
	case c.Room != 0:
		if f, err = e.freshFacts(ctx, c.Room, actor.Account, 0); err == nil {
			err = f.May(chat.RightOwn, e.now())
		}
	default:
		r.cmd = chat.SetProfile{Profile: chat.Profile{Username: c.Name}}
		f.Me.Profile, err = e.Profile(ctx, actor.Account)
	}
	return r, f, err
}

// untaken fails where a folded name is somebody else's than own, or looks like one that is.
func (e *Engine) untaken(ctx context.Context, name string, own Owner) error {
	owner, err := e.store.Name(ctx, name, "")
	if err != nil {
		return fmt.Errorf("name: %w", err)
	}
	if owner == own && own != (Owner{}) {
		return nil
	}
	if owner != (Owner{}) {
		return &chat.Error{Code: chat.CodeNameTaken, Field: "name", Text: "the name is somebody else's"}
	}
	if owner, err = e.store.Name(ctx, name, chat.Skeleton(name)); err != nil {
		return fmt.Errorf("name: %w", err)
	}
	if owner != (Owner{}) && owner != own {
		return &chat.Error{Code: chat.CodeNameConfusable, Field: "name", Text: "the name looks like another's"}
	}
	return nil
}
