// SPDX-License-Identifier: AGPL-3.0-or-later

package engine

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// Keeper keeps a few bytes through restarts.
type Keeper interface {
	// Load returns what was saved last; nil: nothing was.
	Load(ctx context.Context) ([]byte, error)
	// Save replaces what is kept where it is still was; chat.CodeConflict where it is something else.
	Save(ctx context.Context, was, now []byte) error
}

const (
	// keptMeters bounds what is kept, those most spent: some 200 KB together.
	keptMeters = 2048
	keepTries  = 4
	ledgerKey  = 16
)

// ledger is what is spent of look-ups, as it is kept. Of a network it has no address, nor anything an address
// could be found by: 16 bits of a keyed hash, which it shares with some 65,000 others of IPv4. Networks that
// share them share what was kept, until it has grown back.
type ledger struct {
	Key      []byte                       `json:"key"` // of the hash
	Accounts map[chat.AccountID]keptMeter `json:"accounts,omitempty"`
	Networks map[uint16]keptMeter         `json:"networks,omitempty"`
}

// keptMeter is a meter as it is kept: what is spent, in hundredths, and when that was.
type keptMeter struct {
	Spent int64       `json:"s"`
	At    chat.Millis `json:"t"`
}

// short is what a network is kept under.
func (l *ledger) short(network string) uint16 {
	sum := hmac.New(sha256.New, l.Key)
	io.WriteString(sum, network)
	return binary.BigEndian.Uint16(sum.Sum(nil))
}

// meter returns what was kept of a payer; the zero meter if nothing was.
func (l *ledger) meter(p payer) meter {
	k, ok := l.Networks[p.short]
	if p.id.account != 0 {
		k, ok = l.Accounts[p.id.account]
	}
	if !ok {
		return meter{short: p.short}
	}
	return meter{float64(k.Spent) / 100, time.UnixMilli(int64(k.At)), p.short}
}

func keep(m meter) keptMeter {
	return keptMeter{Spent: int64(math.Ceil(m.spent * 100)), At: chat.Millis(m.at.UnixMilli())}
}

// merge adds what another process has kept: whoever spent more there is held to that. Of two that began at
// once, each with a key of its own, the later one goes on with the other's.
func (l *ledger) merge(other ledger) {
	l.Accounts = more(l.Accounts, other.Accounts)
	if len(other.Key) == ledgerKey && !bytes.Equal(l.Key, other.Key) {
		l.Key, l.Networks = other.Key, nil
	}
	l.Networks = more(l.Networks, other.Networks)
}

// settle returns a ledger as it stands at a time, and no larger than is kept.
func (l ledger) settle(limits Lookups, now time.Time) ledger {
	return ledger{
		Key: l.Key, Accounts: settle(l.Accounts, limits.Account, now),
		Networks: settle(l.Networks, limits.Network, now),
	}
}

func more[K comparable](a, b map[K]keptMeter) map[K]keptMeter {
	out := maps.Clone(a)
	if out == nil {
		out = map[K]keptMeter{}
	}
	for k, m := range b {
		if out[k].Spent < m.Spent {
			out[k] = m
		}
	}
	return out
}

// settle leaves out what has grown back, and of the rest the least spent beyond a bound.
func settle[K cmp.Ordered](kept map[K]keptMeter, of Allowance, now time.Time) map[K]keptMeter {
	out := make(map[K]keptMeter, len(kept))
	for k, m := range kept {
		left := meter{spent: float64(m.Spent) / 100, at: time.UnixMilli(int64(m.At))}.until(now, of)
		if of.Burst > 0 && left.spent > 0 {
			out[k] = keep(left)
		}
	}
	if len(out) <= keptMeters {
		return out
	}
	least := slices.SortedFunc(maps.Keys(out), func(a, b K) int {
		return cmp.Or(cmp.Compare(out[a].Spent, out[b].Spent), cmp.Compare(a, b))
	})
	for _, k := range least[:len(out)-keptMeters] {
		delete(out, k)
	}
	return out
}

// snapshot returns what there is to keep.
func (l *lookups) snapshot(now time.Time) ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.moved = false
	out := l.kept.settle(l.limits, now)
	l.meters.all(func(id payerID, m meter) {
		if id.account != 0 {
			out.Accounts[id.account] = keep(m.until(now, l.limits.Account))
			return
		}
		m = m.until(now, l.limits.Network)
		if k := keep(m); out.Networks[m.short].Spent < k.Spent {
			out.Networks[m.short] = k
		}
	})
	return out
}

// adopt goes on with a key. What was kept of networks under another is nobody's.
func (l *lookups) adopt(key []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !bytes.Equal(l.kept.Key, key) {
		l.kept.Key, l.kept.Networks = key, nil
	}
}

// keepLookups reads what earlier processes left, and keeps from then on what is spent, until the engine
// closes. What cannot be read is begun anew: nobody is kept from work by it.
func (e *Engine) keepLookups(ctx context.Context) {
	l := e.lookups
	raw, kept, err := e.loadLookups(ctx)
	if err != nil {
		e.log.Warn("what is spent of look-ups begins anew", "err", err)
	}
	if len(kept.Key) != ledgerKey {
		kept = ledger{Key: make([]byte, ledgerKey)}
		if _, err := io.ReadFull(e.cfg.Rand, kept.Key); err != nil {
			e.log.Warn("what is spent of look-ups is not kept", "err", err)
			return
		}
	}
	l.mu.Lock()
	l.kept = kept
	l.mu.Unlock()
	e.own(func() {
		tick := time.NewTicker(e.cfg.KeepGap)
		defer tick.Stop()
		for run := true; run; {
			select {
			case <-tick.C:
			case <-e.ctx.Done():
				run = false
			}
			if raw, err = e.saveLookups(context.Background(), raw); err != nil {
				e.log.Warn("what is spent of look-ups was not kept; trying again", "err", err)
			}
		}
	})
}

func (e *Engine) loadLookups(ctx context.Context) (raw []byte, kept ledger, err error) {
	if raw, err = e.cfg.Keep.Load(ctx); err != nil || raw == nil {
		return nil, ledger{}, err
	}
	if err := json.Unmarshal(raw, &kept); err != nil {
		return raw, ledger{}, fmt.Errorf("look-ups: %w", err)
	}
	return raw, kept, nil
}

// saveLookups keeps what is spent, if anything was since the last time, beside what another process kept
// meanwhile. It returns what is kept now.
func (e *Engine) saveLookups(ctx context.Context, was []byte) ([]byte, error) {
	l := e.lookups
	l.mu.Lock()
	moved := l.moved
	l.mu.Unlock()
	if !moved {
		return was, nil
	}
	now := e.cfg.Now()
	ours := l.snapshot(now)
	var err error
	for range keepTries {
		var raw []byte
		if raw, err = json.Marshal(ours.settle(l.limits, now)); err != nil {
			return was, err
		}
		if err = e.cfg.Keep.Save(ctx, was, raw); err == nil {
			return raw, nil
		}
		if chat.CodeOf(err) != chat.CodeConflict {
			break
		}
		var theirs ledger
		if was, theirs, err = e.loadLookups(ctx); err != nil && was == nil {
			break
		}
		ours.merge(theirs.settle(l.limits, now))
		l.adopt(ours.Key)
	}
	l.mu.Lock()
	l.moved = true
	l.mu.Unlock()
	return was, err
}
