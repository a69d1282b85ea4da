// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// EntryOut encodes an entry as clients see it: its device and commit position stay here.
func EntryOut(e *chat.Entry) *zolalv1.Entry {
	return &zolalv1.Entry{
		Seq: uint32(e.Seq), Ord: uint32(e.Ord), AtMs: int64(e.At), Author: uint32(e.Author),
		Key: keyBytes(e.Key), Envelope: EnvelopeOut(e.Env), Body: e.Body, Chain: chainBytes(e.Chain),
	}
}

// EntryIn decodes an entry of a log. Unknown kinds keep their number and bytes.
func EntryIn(log chat.LogID, e *zolalv1.Entry) (chat.Entry, error) {
	key, err := KeyOf(e.GetKey())
	if err != nil {
		return chat.Entry{}, err
	}
	out := chat.Entry{
		Log: log, Seq: chat.Seq(e.GetSeq()), Ord: chat.Ord(e.GetOrd()), At: chat.Millis(e.GetAtMs()),
		Author: chat.AccountID(e.GetAuthor()), Key: key, Env: envelopeIn(e.GetEnvelope()), Body: e.GetBody(),
	}
	copy(out.Chain[:], e.GetChain())
	return out, nil
}

// EnvelopeOut encodes an envelope.
func EnvelopeOut(e chat.Envelope) *zolalv1.Envelope {
	return &zolalv1.Envelope{
		Kind: zolalv1.Kind(e.Kind), Counted: e.Counted, Target: uint32(e.Target), ExpiresMs: int64(e.Expires),
		Silent: e.Silent,
	}
}

func envelopeIn(e *zolalv1.Envelope) chat.Envelope {
	return chat.Envelope{
		Kind: small[chat.Kind](e.GetKind()), Counted: e.GetCounted(), Silent: e.GetSilent(),
		Target: chat.Seq(e.GetTarget()), Expires: chat.Millis(e.GetExpiresMs()),
	}
}

// ItemOut encodes an entry with its overlay and tally.
func ItemOut(i *chat.Item) *zolalv1.Entry {
	e := EntryOut(&i.Entry)
	if o := i.Overlay; o != nil {
		e.Overlay = &zolalv1.Overlay{By: uint32(o.By), Redacted: o.Redacted, Body: o.Body, AtMs: int64(o.At)}
	}
	if i.Tally != nil {
		e.Tally = TallyOut(*i.Tally)
	}
	return e
}

// ItemsOut encodes a page of history.
func ItemsOut(in []chat.Item) []*zolalv1.Entry {
	if len(in) == 0 {
		return nil
	}
	out := make([]*zolalv1.Entry, len(in))
	for i := range in {
		out[i] = ItemOut(&in[i])
	}
	return out
}

// EntriesOut encodes entries without overlays.
func EntriesOut(in []chat.Entry) []*zolalv1.Entry {
	if len(in) == 0 {
		return nil
	}
	out := make([]*zolalv1.Entry, len(in))
	for i := range in {
		out[i] = EntryOut(&in[i])
	}
	return out
}

// HeadOut encodes where a log stands.
func HeadOut(h chat.Head) *zolalv1.Head {
	return &zolalv1.Head{Seq: uint32(h.Seq), Ord: uint32(h.Ord), Chain: chainBytes(h.Chain), Facts: h.Facts}
}

// TallyOut encodes the counted marks of an entry.
func TallyOut(t chat.Tally) *zolalv1.Tally {
	return &zolalv1.Tally{
		Seq: uint32(t.Seq), Views: t.Views,
		Reactions: some(t.Reactions, func(r chat.ReactionCount) *zolalv1.ReactionCount {
			return &zolalv1.ReactionCount{Emoji: r.Emoji, Count: r.Count, Mine: r.Mine}
		}),
	}
}

// TalliesOut encodes tallies.
func TalliesOut(in []chat.Tally) []*zolalv1.Tally { return some(in, TallyOut) }

func chainBytes(c chat.Chain) []byte {
	if c == (chat.Chain{}) {
		return nil
	}
	return c[:]
}

// KindIn decodes a kind; one that cannot be becomes 0, which no entry has.
func KindIn(k zolalv1.Kind) chat.Kind { return small[chat.Kind](k) }
