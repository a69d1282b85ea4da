// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// The server remembers keys for each device. A message whose answer was lost is asked again under its key as
// long as the device is the same; under the next device of the journal it would be stored twice. So the
// journal knows, of each chat, which message was sent last, and a new device leaves that one alone.

// tryingName is where the journal keeps the name of the message of a chat that may be on the server already.
func tryingName(chat uint32) string { return fmt.Sprintf("trying/%010d", chat) }

// device tells tokens apart without telling them.
func (b *outbox) device() []byte {
	sum := sha256.Sum256([]byte(b.c.o.Token))
	return sum[:8]
}

// otherDevice reports whether another device wrote what waits.
func (b *outbox) otherDevice() (bool, error) {
	was, err := b.c.journal.Get("device")
	return len(was) > 0 && !bytes.Equal(was, b.device()), err
}

// trying notes that a message goes out now.
func (b *outbox) trying(it *item) error {
	if it.marked {
		return nil
	}
	if err := b.c.journal.Put(tryingName(it.req.GetChat()), []byte(it.name)); err != nil {
		return err
	}
	it.marked = true
	return nil
}

// notStored notes that the server has certainly not stored a message.
func (b *outbox) notStored(it *item) {
	if !it.marked {
		return
	}
	if err := b.c.journal.Delete(tryingName(it.req.GetChat())); err != nil {
		b.c.o.log("the outbox could not note that a message was not stored", err)
		return
	}
	it.marked = false
}

// doubt puts a message aside.
func (b *outbox) doubt(name string, raw []byte) error {
	if err := b.c.journal.Put("doubtful/"+strings.TrimPrefix(name, "outbox/"), raw); err != nil {
		return err
	}
	b.c.o.log("a message of an earlier device may be stored already and is not sent again", errDoubtful)
	return b.c.journal.Delete(name)
}

// errDoubtful is what the log hears of a message that was put aside.
var errDoubtful = errors.New("see Client.Doubtful")

// Doubtful returns the messages that an earlier device with this journal sent without hearing what became of
// them. They are not sent by themselves, because this device would store them a second time: look for them in
// their chats, and send what is missing under a new key.
func (c *Client) Doubtful() ([]*zolalv1.SendRequest, error) {
	names, err := c.journal.Keys("doubtful/")
	if err != nil {
		return nil, fmt.Errorf("doubtful: %w", err)
	}
	var all []*zolalv1.SendRequest
	for _, name := range names {
		raw, err := c.journal.Get(name)
		if err != nil {
			return nil, fmt.Errorf("doubtful: %w", err)
		}
		req, _, err := readOutbox("outbox/"+strings.TrimPrefix(name, "doubtful/"), raw)
		if err != nil {
			return nil, fmt.Errorf("doubtful: %w", err)
		}
		all = append(all, req)
	}
	return all, nil
}
