// SPDX-License-Identifier: AGPL-3.0-or-later

package importer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
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
				// Older exports give the path of a picture, which is not here: the emoji of the text stays.
				if run.Document == "" || strings.ContainsAny(run.Document, "/. (") {
					unknown = append(unknown, "text:"+run.Type)
					e.Kind = 0
				}
				e.Value = run.Document
			case chat.EntityBlockquote:
				if run.Collapsed {
					e.Kind = chat.EntityExpandableBlockquote
				}
			}
			if e.Kind != 0 {
				entities = append(entities, e)
			}
		}
		b.WriteString(run.Text)
		at += n
	}
	return b.String(), entities, unknown
}

// digest tells later imports whether a line has changed. Bodies carry it to everybody who reads the chat,
// also when an edit took words away, so it is keyed: without the key nobody can try what the words were. It
// is never 0, which stands for what was deleted here.
func digest(r *record, key []byte) (bare, withFiles uint64) {
	h := hmac.New(sha256.New, key)
	r.sum(h)
	bare = max(binary.BigEndian.Uint64(h.Sum(nil)), 1)
	h.Write([]byte("with files"))
	return bare, max(binary.BigEndian.Uint64(h.Sum(nil)), 1)
}

// oldDigest is what digest was before it had a key; chats that were imported then keep it.
func oldDigest(r *record) uint64 {
	h := fnv.New64a()
	r.sum(h)
	return h.Sum64()
}

// sum writes what a line says into a hash. Paths of media are left out: they differ from export to export of
// the same history.
func (r *record) sum(h hash.Hash) {
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
	for _, run := range r.words() {
		say(run.Type, run.Text, run.Href, run.Language)
	}
	media, _ := r.attachments()
	for _, m := range media {
		say(m.Kind, m.Name, m.MIME, m.Emoji)
		number(m.Bytes)
	}
	if r.Type != "message" {
		from := &chat.Imported{}
		service, _ := r.service(from)
		for _, key := range slices.Sorted(maps.Keys(service.Values)) {
			say(key, service.Values[key])
		}
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
