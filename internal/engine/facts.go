// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"context"
	"fmt"
	"sync"

	"github.com/zolal-im/zolal/internal/chat"
)

// Bounds of the facts cache: a chat costs about 300 bytes, a standing about 150.
const (
	cachedChats     = 1 << 14
	cachedStandings = 1 << 16
)

// aged is a bounded map that forgets what was not used for long: two generations, of which the older goes
// when the younger is full. It is not for concurrent use.
type aged[K comparable, V any] struct {
	limit      int
	young, old map[K]V
}

func newAged[K comparable, V any](limit int) *aged[K, V] {
	return &aged[K, V]{limit: limit / 2, young: make(map[K]V)}
}

func (a *aged[K, V]) get(k K) (V, bool) {
	v, ok := a.young[k]
	if !ok {
		if v, ok = a.old[k]; ok {
			a.put(k, v)
		}
	}
	return v, ok
}

func (a *aged[K, V]) put(k K, v V) {
	if len(a.young) >= a.limit {
		a.old, a.young = a.young, make(map[K]V)
	}
	a.young[k] = v
	delete(a.old, k)
}

// all calls with everything that is remembered.
func (a *aged[K, V]) all(with func(K, V)) {
	for k, v := range a.old {
		with(k, v)
	}
	for k, v := range a.young {
		with(k, v)
	}
}

// seat names somebody in a chat.
type seat struct {
	chat    chat.ChatID
	account chat.AccountID
}

// standing is what is known of a seat as of one facts version.
type standing struct {
	facts   uint64
	member  chat.Member
	blocked bool
}

// factsCache remembers chats and standings as of a facts version. What it says may be out of date, and never
// matters then: a batch decided upon it is conditioned on the version, a read is checked against the version
// after it, and neither a refusal nor that there is nothing to do is said from it.
type factsCache struct {
	mu        sync.Mutex
	chats     *aged[chat.ChatID, chat.Chat]
	standings *aged[seat, standing]
}

func newFactsCache() *factsCache {
	return &factsCache{
		chats:     newAged[chat.ChatID, chat.Chat](cachedChats),
		standings: newAged[seat, standing](cachedStandings),
	}
}

// get returns facts of a chat and an actor if both are known as of the same version.
func (c *factsCache) get(room chat.ChatID, actor chat.AccountID) (chat.Facts, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	settings, ok := c.chats.get(room)
	if !ok {
		return chat.Facts{}, false
	}
	s, ok := c.standings.get(seat{room, actor})
	if !ok || s.facts != settings.Facts {
		return chat.Facts{}, false
	}
	return chat.Facts{Chat: settings, Actor: s.member, Blocked: s.blocked}, true
}

// put remembers what a store said, unless something later is known.
func (c *factsCache) put(actor chat.AccountID, f chat.Facts) {
	if f.Chat.ID == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.chats.get(f.Chat.ID); ok && known.Facts > f.Chat.Facts {
		return
	}
	c.chats.put(f.Chat.ID, f.Chat)
	c.standings.put(seat{f.Chat.ID, actor}, standing{f.Chat.Facts, f.Actor, f.Blocked})
}

// kind returns the type of a chat, which never changes.
func (c *factsCache) kind(room chat.ChatID) (chat.ChatType, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	settings, ok := c.chats.get(room)
	return settings.Type, ok
}

// freshFacts reads facts and remembers them where they are about nobody but the actor.
func (e *Engine) freshFacts(ctx context.Context, room chat.ChatID, actor, target chat.AccountID) (
	chat.Facts, error) {
	f, err := e.store.Facts(ctx, room, actor, target)
	if err != nil {
		return chat.Facts{}, fmt.Errorf("facts of %s: %w", room.Log(), err)
	}
	if target == 0 {
		e.facts.put(actor, f)
	}
	return f, nil
}

// chatKind returns the type of a chat, from memory if it is there.
func (e *Engine) chatKind(ctx context.Context, room chat.ChatID) (chat.ChatType, error) {
	if t, ok := e.facts.kind(room); ok {
		return t, nil
	}
	f, err := e.freshFacts(ctx, room, 0, 0)
	return f.Chat.Type, err
}
