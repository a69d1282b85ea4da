// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"slices"
	"strings"
)

func decideSend(d *decision, c Send) error {
	if err := d.mayWrite(c.Album); err != nil {
		return err
	}
	media, err := d.media(c.Media)
	if err != nil {
		return err
	}
	msg, err := d.compose(c.Text, c.Entities, media)
	if err != nil {
		return err
	}
	if msg.Album, err = albumOf(c.Album, media); err != nil {
		return err
	}
	if msg.Reply, err = d.reply(c.Reply); err != nil {
		return err
	}
	msg.Preview = d.previewed(msg, c.Preview)
	return d.post(msg, c.Silent)
}

// mayWrite checks the right to write and slow mode, which does not bind those who run the chat and takes an
// album for one message (ROOM-1).
func (d *decision) mayWrite(album AlbumID) error {
	if err := d.may(RightSend); err != nil {
		return err
	}
	if err := d.addressed(); err != nil {
		return err
	}
	if d.Chat.SlowSeconds == 0 || d.Actor.Role.Staff() || d.LastSent == 0 {
		return nil
	}
	if album != (AlbumID{}) && d.AlbumSent > 0 && d.AlbumSent < MaxAlbum {
		return nil
	}
	next := d.LastSent + Millis(d.Chat.SlowSeconds)*1000
	if d.now < next {
		return &Error{Code: CodeSlowMode, Text: "slow mode", Retry: next - d.now}
	}
	return nil
}

// compose makes a message of a text and what its author marked in it. A caption may be empty.
func (d *decision) compose(text string, entities []Entity, media *Media) (*Message, error) {
	if media != nil && strings.TrimFunc(text, trimmable) == "" {
		return &Message{Media: media}, nil
	}
	text, entities, err := Compose(text, entities)
	if err != nil {
		return nil, err
	}
	for i := range entities {
		e := &entities[i]
		switch e.Kind {
		case EntityMention:
			e.Account = d.Names[FoldName(Slice16(text, e.Offset+1, e.Length-1))]
		case EntityURL, EntityTextLink:
			if err := d.may(RightSendLinks); err != nil {
				return nil, err
			}
		}
	}
	return &Message{Text: text, Entities: d.mentionable(entities), Media: media}, nil
}

// mentionable leaves out mentions by account in channels, of which nobody may learn who is in them (R11): the
// words stay. A name that is mentioned by itself stays a name there.
func (d *decision) mentionable(entities []Entity) []Entity {
	if d.Chat.Type != Channel {
		return entities
	}
	kept := make([]Entity, 0, len(entities))
	for _, e := range entities {
		if e.Kind == EntityTextMention {
			continue
		}
		e.Account = 0
		kept = append(kept, e)
	}
	return kept
}

// namesIn returns the folded names that a text mentions, none in channels, where they stay names.
func namesIn(room Chat, text string, entities []Entity) []string {
	if room.Type == Channel || !strings.Contains(text, "@") {
		return nil
	}
	text, entities, err := Compose(text, entities)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entities {
		if e.Kind != EntityMention {
			continue
		}
		if n := FoldName(Slice16(text, e.Offset+1, e.Length-1)); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

// reply checks what a message replies to. The author of the target goes into the body, in groups only:
// channels hide authors, and between two people it says nothing.
func (d *decision) reply(r *Reply) (*Reply, error) {
	if r == nil {
		return nil, nil
	}
	target, err := d.ref(r.Seq, "reply.seq")
	if err != nil {
		return nil, err
	}
	if !target.Kind.line() {
		return nil, fieldError(CodeTargetGone, "reply.seq", "an edit or a deletion cannot be replied to")
	}
	out := &Reply{Seq: r.Seq}
	if d.Chat.Type == Group {
		out.Author = target.Author
	}
	if r.Quote == "" {
		return out, nil
	}
	original, _ := target.Body.(*Message)
	if original == nil {
		return nil, fieldError(CodeBadRequest, "reply.quote", "there is no text to quote")
	}
	if out.Quote, out.QuoteEntities, err = composeQuote(r.Quote, r.QuoteEntities); err != nil {
		return nil, err
	}
	out.QuoteEntities = d.mentionable(out.QuoteEntities)
	offset, ok := findQuote(original.Text, out.Quote, r.QuoteOffset)
	if !ok {
		return nil, fieldError(CodeBadRequest, "reply.quote", "the quote is not in the message")
	}
	out.QuoteOffset = offset
	return out, nil
}

// post adds a message to the chat. In a direct chat it brings in whoever is not, or as a request, after the
// message: the first entry bears the key. What waits for a stranger makes no sound.
func (d *decision) post(msg *Message, silent bool) error {
	if signed(d.Chat) {
		msg.Signature = d.Me.Profile.Name
	}
	pending := d.pending()
	if pending {
		if err := d.knock(); err != nil {
			return err
		}
	}
	if err := d.countLinks(msg); err != nil {
		return err
	}
	d.say(Envelope{Kind: KindMessage, Counted: true, Silent: silent || pending}, msg)
	d.gather()
	return nil
}

func decideForward(d *decision, c ForwardMessage) error {
	if err := d.mayWrite(c.album()); err != nil {
		return err
	}
	if c.Message == nil {
		return fieldError(CodeTargetGone, "seqs", "the message is not there or was deleted")
	}
	msg := &Message{
		Text:        c.Message.Text,
		Entities:    d.mentionable(slices.Clone(c.Message.Entities)),
		Attachments: slices.Clone(c.Message.Attachments),
		Media:       c.Message.Media,
		Preview:     c.Message.Preview,
	}
	if d.pending() {
		msg.Preview = nil
	}
	if msg.Media != nil {
		if err := d.mayCarry(); err != nil {
			return err
		}
		msg.Album = c.album()
	}
	if msg.Links() {
		if err := d.may(RightSendLinks); err != nil {
			return err
		}
	}
	if !c.HideSource {
		msg.Forward = forwardOf(c)
	}
	return d.post(msg, c.Silent)
}

// album is what a copy shares with the others of its album, if it was of one.
func (c ForwardMessage) album() AlbumID {
	if c.Message == nil || c.Message.Album == (AlbumID{}) {
		return AlbumID{}
	}
	return c.Album
}

// forwardOf says where a forwarded message came from. What was forwarded before keeps its first source. A
// link to the source is made only where the source is public, or its author lets it be. ROOM-2
func forwardOf(c ForwardMessage) *Forward {
	switch m := c.Message; {
	case m.Forward != nil:
		first := *m.Forward
		return &first
	case c.Source.Type == Channel || c.Source.Type == Service:
		f := &Forward{Name: c.Source.Title, At: c.At, Signed: m.Signature}
		if c.Source.Name != "" {
			f.Chat, f.Seq = c.Source.ID, c.Seq
		}
		return f
	case m.Imported != nil:
		return &Forward{Name: m.Imported.Author, At: c.At}
	default:
		f := &Forward{Name: c.Author.Profile.Name, At: c.At}
		if !c.Author.Privacy.HideForwards && !c.Author.Deleted {
			f.Account = c.Author.ID
		}
		return f
	}
}

func decideEdit(d *decision, c Edit) error {
	target, err := d.ref(c.Target, "target")
	if err != nil {
		// Whoever may not even read learns nothing of what is there.
		if denied := d.may(RightRead); denied != nil {
			return denied
		}
		return err
	}
	if err := d.mayEdit(target); err != nil {
		return err
	}
	if err := d.addressed(); err != nil {
		return err
	}
	before, ok := target.Body.(*Message)
	if !ok || target.Kind != KindMessage {
		return fieldError(CodeBadRequest, "target", "only messages can be edited")
	}
	if before.Forward != nil {
		return fieldError(CodeForbidden, "target", "a forwarded message is somebody else's words")
	}
	msg, err := d.compose(c.Text, c.Entities, before.Media)
	if err != nil {
		return err
	}
	if msg.Preview = d.previewed(msg, c.Preview); msg.Preview == nil && before.Preview != nil &&
		msg.leadsTo(before.Preview.URL) {
		msg.Preview = before.Preview
	}
	if msg.Text == before.Text && slices.Equal(msg.Entities, before.Entities) &&
		msg.Preview.address() == before.Preview.address() {
		return nil
	}
	if !before.strays() && d.leadsBeyond(msg, before) {
		if err := d.countLinks(msg); err != nil {
			return err
		}
	}
	msg.Reply, msg.Signature, msg.Imported, msg.Attachments, msg.Album =
		before.Reply, before.Signature, before.Imported, before.Attachments, before.Album
	d.say(Envelope{Kind: KindEdit, Silent: true, Target: c.Target}, msg)
	if target.Author != d.by.Account {
		d.deed(StaffDeed{Kind: KindEdit, Targets: []Seq{c.Target}})
	}
	return nil
}

// mayEdit lets authors edit their own messages, and in channels those with the grant edit any.
func (d *decision) mayEdit(target Ref) error {
	if target.Author == d.by.Account && target.Author != 0 {
		own := d.may(RightEditOwn)
		if own == nil || d.may(RightEditAny) == nil {
			return nil
		}
		return own
	}
	if err := d.may(RightRead); err != nil {
		return err
	}
	if err := d.may(RightEditAny); err != nil {
		if CodeOf(err) == CodeForbidden {
			return fieldError(CodeNotAuthor, "target", "only its author may edit a message")
		}
		return err
	}
	return nil
}

func decideDelete(d *decision, c Delete) error {
	if err := d.may(RightRead); err != nil {
		return err
	}
	switch {
	case len(c.Targets) == 0:
		return fieldError(CodeBadRequest, "targets", "at least one message is needed")
	case len(c.Targets) > MaxTargets:
		return fieldError(CodeTooMany, "targets", "too many messages")
	}
	seen := make(map[Seq]bool, len(c.Targets))
	var gone undone
	for _, seq := range c.Targets {
		target, err := d.ref(seq, "targets")
		if err != nil || seen[seq] {
			continue
		}
		seen[seq] = true
		if err := d.mayDelete(target); err != nil {
			return err
		}
		d.redact(seq, target)
		gone.add(d, seq, target)
	}
	gone.tell(d)
	if len(seen) == 0 {
		return fieldError(CodeTargetGone, "targets", "the messages are not there or were deleted")
	}
	return nil
}

// mayDelete lets authors delete their own messages, and those with the grant delete any; in a direct chat
// either side may.
func (d *decision) mayDelete(target Ref) error {
	if target.Kind != KindMessage && target.Kind != KindService {
		return fieldError(CodeBadRequest, "targets", "only messages can be deleted")
	}
	if target.Author == d.by.Account && target.Author != 0 {
		own := d.may(RightDeleteOwn)
		if own == nil || d.may(RightDeleteAny) == nil {
			return nil
		}
		return own
	}
	return d.may(RightDeleteAny)
}

// redact adds the deletion of a message.
func (d *decision) redact(seq Seq, target Ref) {
	env := Envelope{Kind: KindDelete, Silent: true, Target: seq}
	if from := importedOf(target.Body); from != nil && from.Number != 0 {
		d.say(env, &Redaction{Number: from.Number})
		return
	}
	d.say(env, nil)
}

// importedOf returns what another messenger said of a body, nil if it came from nowhere else.
func importedOf(body Body) *Imported {
	switch b := body.(type) {
	case *Message:
		return b.Imported
	case *ServiceLine:
		return b.Imported
	}
	return nil
}

func decidePin(d *decision, c SetPin) error {
	if err := d.may(RightPin); err != nil {
		return err
	}
	if d.pending() {
		return d.waiting()
	}
	kind := KindPin
	if c.Unpin {
		kind = KindUnpin
	}
	target, err := d.ref(c.Target, "target")
	if err != nil {
		return err
	}
	if target.Kind != KindMessage {
		return fieldError(CodeBadRequest, "target", "only messages can be pinned")
	}
	d.say(Envelope{Kind: kind, Silent: c.Silent || c.Unpin, Target: c.Target}, nil)
	d.deed(StaffDeed{Kind: kind, Targets: []Seq{c.Target}, Account: target.Author})
	return nil
}

func decideImport(d *decision, c Import) error {
	if err := d.server(); err != nil {
		return err
	}
	if err := d.alive(); err != nil {
		return err
	}
	if !d.Chat.Imported {
		return Errorf(CodeForbidden, "the chat was not made for an imported history")
	}
	if err := c.Valid(); err != nil {
		return err
	}
	env := Envelope{Kind: KindMessage, Counted: true, Silent: true}
	var body Body
	if c.Service != nil {
		env.Kind, env.Counted = KindService, false
		body = importedService(c.Service)
	} else {
		body = importedMessage(c.Message)
	}
	at := c.At
	if c.Target != 0 {
		target, err := d.ref(c.Target, "target")
		if err != nil {
			return err
		}
		if c.Service != nil || target.Kind != KindMessage || importedOf(target.Body) == nil {
			return fieldError(CodeBadRequest, "target", "only imported messages are mended by importing again")
		}
		keepMedia(body, target.Body)
		// Edited when the source says so; 0 where it never was: mending a history is nobody's edit.
		env, at = Envelope{Kind: KindEdit, Silent: true, Target: c.Target}, c.Message.Imported.Edited
	}
	d.events = append(d.events, Event{Log: d.Chat.ID.Log(), At: at, Env: env, Body: body})
	return nil
}

// keepMedia leaves a line the media that came with it before: exports are made with and without them.
func keepMedia(to, from Body) {
	m, ok := to.(*Message)
	before, had := from.(*Message)
	if ok && had && m.Media == nil && before.Media != nil {
		m.Media, m.Attachments = before.Media, before.Attachments
	}
}
