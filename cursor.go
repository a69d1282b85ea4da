// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// cursor is how far a follower has come, with enough of the past to find its place in a rewound log.
type cursor struct {
	seq     uint32
	life    string            // of the server that the samples are from
	samples []*zolalv1.Sample // ascending
	saved   uint32            // the seq that the journal holds
	savedAt time.Time
}

// cursorRow is a cursor in the journal.
type cursorRow struct {
	Seq     uint32      `json:"seq"`
	Life    []byte      `json:"incarnation"`
	Samples []sampleRow `json:"samples"`
}

type sampleRow struct {
	Seq   uint32 `json:"seq"`
	Chain []byte `json:"chain"`
}

func (a *cursor) encode() ([]byte, error) {
	row := cursorRow{Seq: a.seq, Life: []byte(a.life)}
	for _, s := range a.samples {
		row.Samples = append(row.Samples, sampleRow{s.GetSeq(), s.GetChain()})
	}
	return json.Marshal(row)
}

// decodeCursor reads a cursor of the journal.
func decodeCursor(raw []byte) (*cursor, error) {
	var row cursorRow
	if err := json.Unmarshal(raw, &row); err != nil {
		return nil, fmt.Errorf("journal holds a broken cursor: %w", err)
	}
	a := &cursor{seq: row.Seq, life: string(row.Life), saved: row.Seq}
	last := uint32(0)
	for _, s := range row.Samples {
		if s.Seq <= last || s.Seq > row.Seq {
			return nil, errors.New("journal holds a broken cursor: its samples do not ascend to it")
		}
		last = s.Seq
		a.samples = append(a.samples, &zolalv1.Sample{Seq: s.Seq, Chain: s.Chain})
	}
	for len(a.samples) > maxSamples {
		a.thin()
	}
	return a, nil
}

func cursorName(chat uint32) string { return fmt.Sprintf("cursor/%d", chat) }

// cursorOf returns the cursor of a chat in the journal, an empty one where there is none.
func (c *Client) cursorOf(chat uint32) (*cursor, error) {
	raw, err := c.journal.Get(cursorName(chat))
	if err != nil || raw == nil {
		return new(cursor), err
	}
	return decodeCursor(raw)
}

// cursorAt returns a cursor that stands at a seq which the caller names, with what the journal knows of the
// log up to there.
func (c *Client) cursorAt(chat, after uint32) (*cursor, error) {
	at, err := c.cursorOf(chat)
	if err != nil {
		return nil, err
	}
	n := 0
	for n < len(at.samples) && at.samples[n].GetSeq() <= after {
		n++
	}
	at.samples, at.seq = at.samples[:n], after
	return at, nil
}

// saveEvery is how often a cursor that moves is written down. A journal that lags is no danger: what it does
// not vouch for counts as not shared.
const saveEvery = time.Second

// save writes the cursor down, unless it has not moved or was written a moment ago.
func (c *Client) save(chat uint32, at *cursor, now bool) error {
	if at.seq == at.saved || !now && c.o.now().Sub(at.savedAt).Abs() < saveEvery {
		return nil
	}
	raw, err := at.encode()
	if err != nil {
		return err
	}
	c.cursors.Lock()
	defer c.cursors.Unlock()
	if err := c.journal.Put(cursorName(chat), raw); err != nil {
		return err
	}
	at.saved, at.savedAt = at.seq, c.o.now()
	return nil
}

// root notes the first entry of a chat where the journal knows nothing of it: after a restore, another chat
// may have its number.
func (c *Client) root(ctx context.Context, life string, chat uint32) error {
	if at, err := c.cursorOf(chat); err != nil || at.seq > 0 {
		return err
	}
	first, err := c.first(ctx, life, chat)
	if err != nil || first == nil {
		return err
	}
	raw, err := (&cursor{seq: first.GetSeq(), life: life, samples: []*zolalv1.Sample{first}}).encode()
	if err != nil {
		return err
	}
	c.cursors.Lock()
	defer c.cursors.Unlock()
	if row, err := c.journal.Get(cursorName(chat)); err != nil || row != nil {
		return err // a follower was quicker
	}
	return c.journal.Put(cursorName(chat), raw)
}

// first returns a sample of the first entry that the account may see, nil where there is none.
func (c *Client) first(ctx context.Context, life string, chat uint32) (*zolalv1.Sample, error) {
	resp := new(zolalv1.ReadResponse)
	err := c.insist(ctx, life, "Messages/Read", &zolalv1.ReadRequest{Chat: chat, Limit: 1}, resp)
	if err != nil || len(resp.GetEntries()) == 0 {
		return nil, err
	}
	e := resp.GetEntries()[0]
	return &zolalv1.Sample{Seq: e.GetSeq(), Chain: e.GetChain()}, nil
}

// take hands on what comes right after the cursor and passes over what was seen. What lies beyond a gap is
// left for the next read, which the gap itself causes.
func (a *cursor) take(entries []*zolalv1.Entry, each func(*zolalv1.Entry) error) error {
	for _, e := range entries {
		if e.GetSeq() != a.seq+1 {
			continue
		}
		if err := each(e); err != nil {
			return err
		}
		a.seq = e.GetSeq()
		a.samples = append(a.samples, &zolalv1.Sample{Seq: e.GetSeq(), Chain: e.GetChain()})
		a.thin()
	}
	return nil
}

// thin keeps at most 64 samples: the newest close together, older ones ever further apart, and the first.
func (a *cursor) thin() {
	if len(a.samples) <= maxSamples {
		return
	}
	kept := a.samples[:0]
	for i, s := range a.samples {
		if fromEnd := len(a.samples) - i; fromEnd <= 16 || i%2 == 0 {
			kept = append(kept, s)
		}
	}
	a.samples = kept
}
