// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// A bucket, below a prefix, has one server that removes from it what nobody needs. An object beside the
// contents names it, and the life of its store. Without that a copy of a server, restored from a backup to
// try it, would remove what the server that goes on has taken in since.
//
// A restored server takes the place of the one before when that has not been heard of for takeAfter. Until
// then it reads and puts contents, and removes none. Of two that take it at once the one whose word stays has
// it: whoever took it removes nothing before settleAfter, by when the other's last try has ended, and then
// only if its own word still stands.

const (
	claimName = "zolal-server.json"
	// takeAfter is how long after the last word of another life a store takes its place.
	takeAfter = 7 * 24 * time.Hour
	// settleAfter is how long after a life of a store took its place it begins to remove. A try to take it ends
	// sooner, also where its connection stalls each time.
	settleAfter = 15 * time.Minute
	// claimFresh is how old the own word may be before it is said again.
	claimFresh = 30 * time.Minute
)

// claim is what the object says.
type claim struct {
	Server string `json:"server"`
	Run    string `json:"run"`
	// Since is when that life took the place, in milliseconds by its own clock; 0: long ago.
	Since int64  `json:"since,omitempty"`
	About string `json:"about"`
}

// claimed is a claim and when it was made; the zero one: nobody has claimed the bucket.
type claimed struct {
	claim
	made time.Time
}

func (b *Bucket) claimed(ctx context.Context) (claimed, error) {
	var c claimed
	o, err := b.small(ctx, b.prefix+claimName)
	if err = b.trouble("see whose contents these are", err); err != nil {
		if chat.CodeOf(err) == chat.CodeNotFound {
			return claimed{}, nil
		}
		return c, err
	}
	if err := json.Unmarshal(o.raw, &c.claim); err != nil {
		return c, fmt.Errorf("%s in the bucket: %w", b.prefix+claimName, err)
	}
	c.made = o.made
	return c, nil
}

// Claim implements BlobStore.
func (b *Bucket) Claim(ctx context.Context) (Claim, error) {
	is, err := b.claimed(ctx)
	if err != nil {
		return Claim{}, err
	}
	now := b.cfg.Now()
	age, ours := now.Sub(is.made), is.Server == b.cfg.Server && is.Run == b.cfg.Run
	switch {
	case is.Server != "" && is.Server != b.cfg.Server:
		return Claim{}, &chat.Error{Code: chat.CodeConflict, Text: "another server keeps its contents here",
			Err: &BucketError{Kind: BucketTaken, Err: fmt.Errorf("%s names it", b.prefix+claimName)}}
	case is.Server != "" && !ours && age < takeAfter:
		return Claim{}, nil
	case ours && age < claimFresh:
		return is.settled(now), nil
	}
	mine := claim{Server: b.cfg.Server, Run: b.cfg.Run, Since: now.UnixMilli(), About: about}
	if ours {
		mine.Since = min(mine.Since, is.Since) // a clock that was put back does not make it wait for ever
	}
	raw, err := json.MarshalIndent(mine, "", " ")
	if err != nil {
		return Claim{}, err
	}
	if err := b.put(ctx, b.prefix+claimName, bytes.NewReader(raw), int64(len(raw))); err != nil {
		return Claim{}, b.trouble("claim the bucket", err)
	}
	if is, err = b.claimed(ctx); err != nil || is.Server != b.cfg.Server || is.Run != b.cfg.Run {
		return Claim{}, err
	}
	return is.settled(now), nil
}

// settled tells whether the life of a store that has the place has had it long enough.
func (c claim) settled(now time.Time) Claim {
	since := time.UnixMilli(c.Since)
	if now.Sub(since) < settleAfter {
		return Claim{ClaimTaken, since}
	}
	return Claim{ClaimOurs, since}
}

// about tells whoever finds the object what it is for.
const about = "A Zolal server keeps its contents here and removes what nobody needs. Leave this where it is."
