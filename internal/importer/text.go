// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"encoding/binary"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
)

// entityKinds gives our kind for each run type of the source; 0 for text without a kind of its own.
var entityKinds = map[string]chat.EntityKind{
	"":              0,
	"plain":         0,
	"unknown":       0,
	"bold":          chat.EntityBold,
	"italic":        chat.EntityItalic,
	"underline":     chat.EntityUnderline,
	"strikethrough": chat.EntityStrikethrough,
	"spoiler":       chat.EntitySpoiler,
	"code":          chat.EntityCode,
	"pre":           chat.EntityPre,
	"text_link":     chat.EntityTextLink,
	"link":          chat.EntityURL,
	"email":         chat.EntityEmail,
	"phone":         chat.EntityPhone,
	"mention":       chat.EntityMention,
	"mention_name":  0, // names an account of the source, which means nobody here
	"hashtag":       chat.EntityHashtag,
	"cashtag":       chat.EntityCashtag,
	"bot_command":   chat.EntityBotCommand,
	"blockquote":    chat.EntityBlockquote,
	"custom_emoji":  chat.EntityCustomEmoji,
	"bank_card":     chat.EntityBankCard,
}

// join makes one text of runs, and entities of those that have a kind here. Unknown kinds keep their text.
func (t runs) join() (text string, entities []chat.Entity, unknown []string) {
	var b strings.Builder
	var at uint32
	for _, run := range t {
		n := uint32(chat.Len16(run.Text))
		kind, known := entityKinds[run.Type]
		if !known {
			unknown = append(unknown, "text:"+run.Type)
		}
		if kind != 0 && n > 0 {
			e := chat.Entity{Kind: kind, Offset: at, Length: n}
			switch kind {
			case chat.EntityTextLink:
				e.Value = run.Href
			case chat.EntityPre:
				e.Value = run.Language
			case chat.EntityCustomEmoji:
				// Older exports give the path of a picture, which is not here.
				if !strings.ContainsAny(run.Document, "/. (") {
					e.Value = run.Document
				}
			case chat.EntityBlockquote:
				if run.Collapsed {
					e.Kind = chat.EntityExpandableBlockquote
				}
			}
			entities = append(entities, e)
		}
		b.WriteString(run.Text)
		at += n
	}
	return b.String(), entities, unknown
}

// sum is a digest of what a line says. Paths of media are left out: they differ from export to export of
// the same history.
func (r *record) sum() uint64 {
	h := fnv.New64a()
	var size [8]byte
	say := func(parts ...string) {
		for _, p := range parts {
			binary.LittleEndian.PutUint64(size[:], uint64(len(p)))
			h.Write(size[:])
			h.Write([]byte(p))
		}
	}
	number := func(n int64) {
		binary.LittleEndian.PutUint64(size[:], uint64(n))
		h.Write(size[:])
	}
	number(int64(r.at))
	number(r.ReplyTo)
	say(r.Type, r.EditUnix, deref(r.From), string(r.FromID), deref(r.Actor), r.Author, r.Action,
		deref(r.Forwarded), r.ViaBot)
	source := r.Entities
	if len(source) == 0 {
		source = r.Text
	}
	for _, run := range source {
		say(run.Type, run.Text, run.Href, run.Language)
	}
	media, _ := r.attachments()
	for _, m := range media {
		say(m.Kind, m.Name, m.MIME, m.Emoji)
		number(m.Bytes)
	}
	if r.Type != "message" {
		from := &chat.Imported{}
		values := r.service(from).Values
		for _, key := range slices.Sorted(maps.Keys(values)) {
			say(key, values[key])
		}
	}
	return h.Sum64()
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
