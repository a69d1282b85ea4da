// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Valid reports what keeps an imported line from being stored: CodeTextTooLong, CodeTooMany, CodeBadText or
// CodeBadRequest. Everything else that Telegram or another messenger accepted is cleaned, never refused.
func (c Import) Valid() error {
	if (c.Message == nil) == (c.Service == nil) {
		return Errorf(CodeBadRequest, "an imported line is either a message or a service line")
	}
	if s := c.Service; s != nil {
		switch {
		case s.Imported == nil || s.Action == "":
			return fieldError(CodeBadRequest, "service", "a service line says what happened, and where")
		case len(s.Values) > MaxAttachments:
			return fieldError(CodeTooMany, "values", "too many values")
		}
		return nil
	}
	m := c.Message
	switch {
	case m.Imported == nil:
		return fieldError(CodeBadRequest, "imported", "an imported message says where it comes from")
	case Len16(m.Text) > MaxImportedText:
		return fieldError(CodeTextTooLong, "text", "the text is too long")
	case len(m.Attachments) > MaxAttachments:
		return fieldError(CodeTooMany, "attachments", "too many attachments")
	case m.Text == "" && len(m.Attachments) == 0 && m.Media == nil:
		return fieldError(CodeBadText, "text", "the message is empty")
	case m.Reply != nil && Len16(m.Reply.Quote) > MaxImportedText:
		return fieldError(CodeTextTooLong, "reply.quote", "the quote is too long")
	}
	return nil
}

// importedMessage makes a message of another messenger fit to be stored. What that messenger accepted is
// kept where it can be; what cannot be stored is dropped rather than refused, for nobody is there to mend it.
func importedMessage(m *Message) *Message {
	text, entities := lenient(m.Text, m.Entities)
	out := &Message{
		Text: text, Entities: entities, Signature: label(m.Signature), Imported: importedLabels(m.Imported),
		Attachments: slices.Clone(m.Attachments), Media: m.Media, Album: m.Album,
	}
	for i := range out.Attachments {
		a := &out.Attachments[i]
		a.Kind, a.Name, a.MIME, a.Emoji = label(a.Kind), label(a.Name), label(a.MIME), label(a.Emoji)
	}
	if m.Forward != nil {
		out.Forward = &Forward{Name: label(m.Forward.Name), At: m.Forward.At}
	}
	if m.Reply != nil {
		quote, marks := lenient(m.Reply.Quote, m.Reply.QuoteEntities)
		out.Reply = &Reply{
			Seq: m.Reply.Seq, Quote: quote, QuoteEntities: marks, QuoteOffset: m.Reply.QuoteOffset,
			Number: m.Reply.Number,
		}
	}
	return out
}

// importedService makes a service line fit to be stored.
func importedService(s *ServiceLine) *ServiceLine {
	out := &ServiceLine{Action: label(s.Action), Imported: importedLabels(s.Imported)}
	if len(s.Values) > 0 {
		out.Values = make(map[string]string, len(s.Values))
		for k, v := range s.Values {
			out.Values[label(k)] = label(v)
		}
	}
	return out
}

func importedLabels(from *Imported) *Imported {
	out := *from
	out.Author, out.AuthorID, out.ViaBot = label(from.Author), label(from.AuthorID), label(from.ViaBot)
	return &out
}

// label is a word of another messenger as it is stored: without control characters, and not endless.
func label(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if forbiddenInText(r) || r == '\r' {
			return -1
		}
		return r
	}, s))
	return Slice16(s, 0, MaxImportedLabel)
}

// lenient cleans a text and its entities without refusing any: control characters become spaces, which
// keeps every offset, and entities that do not fit are dropped. Nothing is trimmed, and nothing is looked
// for: the source has said what it saw.
func lenient(text string, entities []Entity) (string, []Entity) {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	text = strings.Map(func(r rune) rune {
		if r <= 0xFFFF && (forbiddenInText(r) || r == '\r') {
			return ' '
		}
		return r
	}, text)
	if len(entities) == 0 {
		return text, nil
	}
	var kept []Entity
	units := utf16.Encode([]rune(text))
	for _, e := range entities {
		// Accounts are of another messenger, so text mentions have nobody to point to.
		if e.Length > 0 && e.Kind != EntityTextMention && checkEntity(units, e) == nil {
			kept = append(kept, e)
		}
	}
	return text, normalise(text, kept)
}
