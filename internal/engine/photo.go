// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"

	"github.com/zolal-im/zolal/internal/chat"
)

// shownPhotos hides of people, in place, the photos that are not for an account.
//
// PHOTO-3
func (e *Engine) shownPhotos(ctx context.Context, people []chat.Person, viewer chat.AccountID) error {
	var pictured []chat.AccountID
	for _, p := range people {
		if p.Photo != nil && p.ID != viewer {
			pictured = append(pictured, p.ID)
		}
	}
	regards, err := e.regards(ctx, viewer, pictured)
	if err != nil {
		return err
	}
	for i := range people {
		p := &people[i]
		switch {
		case p.Photo == nil:
		case p.ID != viewer && !p.ShowsPhoto(regards[p.ID]):
			p.Photo = nil
		default:
			p.Photo = published(p.Photo, p.Privacy.Photo == chat.PhotoEverybody)
		}
	}
	return nil
}

// published is a photo that says whether it has an address for everybody.
func published(p *chat.PlacedPhoto, public bool) *chat.PlacedPhoto {
	if p == nil {
		return nil
	}
	out := *p
	out.Public = public
	return &out
}

// regards returns how others stand to an account.
func (e *Engine) regards(ctx context.Context, account chat.AccountID, others []chat.AccountID) (
	map[chat.AccountID]chat.Regard, error) {
	if len(others) == 0 {
		return nil, nil
	}
	all, err := e.store.Regards(ctx, account, others...)
	if err != nil {
		return nil, fmt.Errorf("regards: %w", err)
	}
	byID := make(map[chat.AccountID]chat.Regard, len(all))
	for _, r := range all {
		byID[r.Account] = r
	}
	return byID, nil
}

// fillPhotos names the photos of the actor's account.
func (e *Engine) fillPhotos(ctx context.Context, r request, _ chat.Needs, f *chat.Facts) (err error) {
	if f.Photos, err = e.store.Photos(ctx, r.actor.Account.Log()); err != nil {
		return fmt.Errorf("photos: %w", err)
	}
	return nil
}

// fillSeen says by which photo the actor sees the target, as one who is no stranger to it.
func (e *Engine) fillSeen(ctx context.Context, r request, f *chat.Facts) error {
	if f.Person.Photo == nil {
		return nil
	}
	regards, err := e.regards(ctx, r.actor.Account, []chat.AccountID{f.Person.ID})
	if err != nil {
		return err
	}
	regard := regards[f.Person.ID]
	regard.Asks = false // who is put on the list is accepted by that
	if f.Person.ShowsPhoto(regard) {
		f.Seen = f.Person.Photo.Hash
	}
	return nil
}

// PhotosOf lists the photos of an account that the actor has met and whose photos it may see, the newest
// first.
//
// PHOTO-3
func (e *Engine) PhotosOf(ctx context.Context, actor chat.Actor, account chat.AccountID) (
	[]chat.PlacedPhoto, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return nil, err
	}
	if account == 0 {
		account = actor.Account
	}
	p, err := e.Person(ctx, actor, account)
	if err != nil || p.Photo == nil {
		return nil, err
	}
	all, err := e.store.Photos(ctx, account.Log())
	if err != nil {
		return nil, fmt.Errorf("photos: %w", err)
	}
	for i := range all {
		all[i].Public = p.Photo.Public
	}
	return all, nil
}

func noPhoto() error { return chat.Errorf(chat.CodeNotFound, "there is no such photo") }

// AccountPhoto returns a photo of an account to the account itself, and to those on its list who may see it:
// what is for everybody has an address for everybody, so that here nobody finds out who has which number.
//
// PHOTO-4
func (e *Engine) AccountPhoto(ctx context.Context, actor chat.Actor, account chat.AccountID, seq chat.Seq) (
	*chat.Media, error) {
	if err := actor.May(chat.ScopeRead); err != nil {
		return nil, err
	}
	if account != actor.Account {
		people, err := e.store.People(ctx, []chat.AccountID{account})
		if err != nil {
			return nil, fmt.Errorf("people: %w", err)
		}
		regards, err := e.regards(ctx, actor.Account, []chat.AccountID{account})
		if err != nil {
			return nil, err
		}
		if r := regards[account]; len(people) == 0 || !r.Listed || !people[0].ShowsPhoto(r) {
			return nil, noPhoto()
		}
	}
	return e.photoAt(ctx, account.Log(), seq)
}

// photoAt returns a photo of a log that is there.
func (e *Engine) photoAt(ctx context.Context, log chat.LogID, seq chat.Seq) (*chat.Media, error) {
	all, err := e.store.Photos(ctx, log)
	if err != nil {
		return nil, fmt.Errorf("photos: %w", err)
	}
	for i := range all {
		if all[i].Seq == seq {
			return all[i].Media(), nil
		}
	}
	return nil, noPhoto()
}

// ChatPhoto returns what a chat is shown by to whoever may read it now, also where the entry that set it is
// hidden from them, and to whoever has an invite link that shows the chat.
//
// PHOTO-4
func (e *Engine) ChatPhoto(ctx context.Context, actor chat.Actor, room chat.ChatID, seq chat.Seq,
	invite string) (*chat.Media, error) {
	if invite != "" {
		found, err := e.ResolveInvite(ctx, actor, invite)
		if err != nil {
			return nil, err
		}
		if found.Chat == nil || found.Chat.Chat.ID != room {
			return nil, noPhoto()
		}
		return e.photoAt(ctx, room.Log(), seq)
	}
	h, err := e.Open(ctx, actor, room.Log(), chat.RightRead)
	if err != nil {
		return nil, err
	}
	var m *chat.Media
	err = h.guarded(ctx, chat.RightRead, func() (err error) {
		m, err = e.photoAt(ctx, room.Log(), seq)
		return err
	})
	return m, err
}

// portrait returns a content by which a public chat is shown, or which an account shows to everybody.
//
// PHOTO-4
func (e *Engine) portrait(ctx context.Context, hash chat.Hash) (*chat.Media, error) {
	shown, err := e.store.Portraits(ctx, hash, maxCarriers)
	if err != nil {
		return nil, fmt.Errorf("portraits: %w", err)
	}
	for _, c := range shown {
		open, err := e.openPortrait(ctx, c.Log)
		if err != nil {
			return nil, err
		}
		if !open {
			continue
		}
		m, err := e.photoAt(ctx, c.Log, c.Seq)
		if err == nil || chat.CodeOf(err) != chat.CodeNotFound {
			return m, err
		}
	}
	return nil, noPhoto()
}

// openPortrait reports whether everybody may see how an account or a chat is shown.
func (e *Engine) openPortrait(ctx context.Context, log chat.LogID) (bool, error) {
	if log.Kind() != chat.UserLog {
		_, err := e.Open(ctx, chat.Actor{Scopes: chat.ScopeRead}, log, chat.RightRead)
		return err == nil, nil // where it failed it was public a moment ago
	}
	people, err := e.store.People(ctx, []chat.AccountID{log.Account()})
	if err != nil {
		return false, fmt.Errorf("people: %w", err)
	}
	return len(people) > 0 && people[0].Privacy.Photo == chat.PhotoEverybody &&
		people[0].ShowsPhoto(chat.Regard{}), nil
}
