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
// then it reads and puts contents, and removes none. Two that take it at once find out at the next look,
// before they remove anything: what is left over is a day old when it goes.

const (
	claimName = "zolal-server.json"
	// takeAfter is how long after the last word of another life a store takes its place.
	takeAfter = 7 * 24 * time.Hour
	// claimFresh is how old the own word may be before it is said again.
	claimFresh = 30 * time.Minute
)

// claim is what the object says.
type claim struct {
	Server string `json:"server"`
	Run    string `json:"run"`
	About  string `json:"about"`
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
func (b *Bucket) Claim(ctx context.Context) (bool, error) {
	is, err := b.claimed(ctx)
	if err != nil {
		return false, err
	}
	age := b.cfg.Now().Sub(is.made)
	switch {
	case is.Server != "" && is.Server != b.cfg.Server:
		return false, &chat.Error{Code: chat.CodeConflict, Text: "another server keeps its contents here",
			Err: &BucketError{Kind: BucketTaken, Err: fmt.Errorf("%s names it", b.prefix+claimName)}}
	case is.Server != "" && is.Run != b.cfg.Run && age < takeAfter:
		return false, nil
	case is.Server != "" && is.Run == b.cfg.Run && age < claimFresh:
		return true, nil
	}
	raw, err := json.MarshalIndent(claim{b.cfg.Server, b.cfg.Run,
		"A Zolal server keeps its contents here and removes what nobody needs. Leave this where it is."}, "", " ")
	if err != nil {
		return false, err
	}
	if err := b.put(ctx, b.prefix+claimName, bytes.NewReader(raw), int64(len(raw))); err != nil {
		return false, b.trouble("claim the bucket", err)
	}
	is, err = b.claimed(ctx)
	return err == nil && is.Server == b.cfg.Server && is.Run == b.cfg.Run, err
}
