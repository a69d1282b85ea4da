// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// OwnedRoom is a group or channel that an account owns.
type OwnedRoom struct {
	Chat  chat.ChatID
	Title string
}

// Owned lists the groups and channels that an account owns.
func (e *Engine) Owned(ctx context.Context, account chat.AccountID) (owned []OwnedRoom, err error) {
	err = e.eachRow(ctx, account, func(row ListRow) error {
		if row.Me.Role == chat.RoleOwner && row.Chat.Type != chat.Saved && !row.Chat.Deleted {
			owned = append(owned, OwnedRoom{row.Chat.ID, row.Chat.Title})
		}
		return nil
	})
	return owned, err
}

// eachRow calls a function with every chat of an account, as they stood before it began.
func (e *Engine) eachRow(ctx context.Context, account chat.AccountID, do func(ListRow) error) error {
	var rows []ListRow
	for {
		part, total, _, err := e.store.List(ctx, ListQuery{Account: account, Skip: len(rows), Limit: maxRead})
		if err != nil {
			return fmt.Errorf("chats of an account: %w", err)
		}
		rows = append(rows, part...)
		if len(part) == 0 || len(rows) >= total {
			break
		}
	}
	for _, row := range rows {
		if err := do(row); err != nil {
			return err
		}
	}
	return nil
}

// EraseAccount deletes what there is of an account but its secrets. It leaves every chat and deletes what it
// still owns, erases its saved messages and what the server told it, with messages also what it wrote in the
// chats it is in, and then its log: profile, contacts, drafts, photos and all else but the numbers of the
// chats it was in and of whom it blocked. Its name is nobody else's for a while. Whatever ends it in the
// middle, it is done again from the beginning and finds less to do.
//
// DEL-3
func (e *Engine) EraseAccount(ctx context.Context, account chat.AccountID, messages bool) error {
	people, err := e.store.People(ctx, []chat.AccountID{account})
	if err != nil {
		return fmt.Errorf("erase an account: %w", err)
	}
	if len(people) == 0 || people[0].Deleted {
		return nil
	}
	err = e.eachRow(ctx, account, func(row ListRow) error { return e.eraseIn(ctx, account, row, messages) })
	if err != nil {
		return fmt.Errorf("erase an account: %w", err)
	}
	invitations, err := e.store.Invitations(ctx, account)
	if err != nil {
		return fmt.Errorf("erase an account: %w", err)
	}
	for _, i := range invitations {
		if err := e.quit(ctx, account, i.Chat, chat.Leave{}); err != nil {
			return fmt.Errorf("erase an account: %w", err)
		}
	}
	rests, err := e.namesOf(ctx, people[0])
	if err != nil {
		return fmt.Errorf("erase an account: %w", err)
	}
	return e.endLog(ctx, account, rests...)
}

// namesOf are the name of somebody and those that rest of what they gave up: deleting an account frees none
// of them sooner.
//
// NAME-1
func (e *Engine) namesOf(ctx context.Context, p chat.Person) (names []string, err error) {
	if p.Profile.Username != "" {
		names = append(names, p.Profile.Username)
	}
	list, err := e.store.GivenUp(ctx, Owner{Account: p.ID})
	for _, row := range list {
		if row.rest(e.now()) > 0 {
			names = append(names, row.Name)
		}
	}
	return names, err
}

// ForgetAccount erases the name of a deleted account, which nobody else could have until now.
func (e *Engine) ForgetAccount(ctx context.Context, account chat.AccountID) error {
	return e.endLog(ctx, account)
}

func (e *Engine) endLog(ctx context.Context, account chat.AccountID, rests ...string) error {
	_, err := e.write(ctx, request{
		actor: server(chat.Actor{Account: account}), cmd: chat.EraseAccount{Rests: rests},
	})
	if err != nil {
		return fmt.Errorf("end the log of an account: %w", err)
	}
	return nil
}

// eraseIn leaves one chat, and erases what has nobody left to read it.
func (e *Engine) eraseIn(ctx context.Context, account chat.AccountID, row ListRow, messages bool) error {
	all := row.Chat.Type == chat.Saved || row.Chat.Type == chat.Service
	if row.Chat.Type == chat.Direct {
		people, err := e.store.People(ctx, []chat.AccountID{row.Chat.Peer(account)})
		if err != nil {
			return fmt.Errorf("the other side: %w", err)
		}
		all = len(people) == 1 && people[0].Deleted
	}
	if (all || messages) && !row.Chat.Deleted {
		if err := e.eraseMessages(ctx, account, row.Chat.ID, all); err != nil {
			return err
		}
	}
	switch {
	case row.Chat.Type == chat.Saved, row.Chat.Type == chat.Service:
		return nil
	case row.Me.Role == chat.RoleOwner && !row.Chat.Deleted:
		return e.quit(ctx, account, row.Chat.ID, chat.DeleteChat{})
	}
	return e.quit(ctx, account, row.Chat.ID, chat.Leave{})
}

// quit is the end of an account in a chat. That it was not in is as good.
func (e *Engine) quit(ctx context.Context, account chat.AccountID, room chat.ChatID, by chat.Command) error {
	_, err := e.write(ctx, request{actor: server(chat.Actor{Account: account}), room: room, cmd: by})
	switch chat.CodeOf(err) {
	case chat.CodeNotMember, chat.CodeBanned, chat.CodeNotFound, chat.CodeChatDeleted:
		return nil
	}
	if err != nil {
		return fmt.Errorf("leave chat %d: %w", room, err)
	}
	return nil
}

// eraseMessages redacts what an account wrote in a chat, or all there is.
func (e *Engine) eraseMessages(ctx context.Context, account chat.AccountID, room chat.ChatID, all bool,
) error {
	heads, err := e.store.Heads(ctx, []chat.LogID{room.Log()})
	if err != nil {
		return fmt.Errorf("messages of chat %d: %w", room, err)
	}
	var targets []chat.Seq
	for after := chat.Seq(0); after < heads[0].Seq; {
		items, err := e.store.Read(ctx, room.Log(), after, maxRead)
		if err != nil {
			return fmt.Errorf("messages of chat %d: %w", room, err)
		}
		if len(items) == 0 {
			break
		}
		for _, it := range items {
			redacted := it.Overlay != nil && it.Overlay.Redacted
			if it.Env.Counted && !redacted && (all || it.Author == account) {
				targets = append(targets, it.Seq)
			}
		}
		after = items[len(items)-1].Seq
		for len(targets) >= chat.MaxTargets || len(targets) > 0 && after >= heads[0].Seq {
			part := targets[:min(len(targets), chat.MaxTargets)]
			_, err := e.write(ctx, request{actor: server(chat.Actor{Account: account}), room: room,
				cmd: chat.EraseMessages{Targets: part}})
			if err != nil {
				return fmt.Errorf("messages of chat %d: %w", room, err)
			}
			targets = targets[len(part):]
		}
	}
	return nil
}
