// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// layer orders entities for nesting: of two that cross, the one of the higher layer is cut.
type layer uint8

const (
	layerNone  layer = iota
	layerBlock       // quotes: never one in another
	layerMono        // code: holds nothing else
	layerLink        // active ranges: never one in another
	layerStyle       // looks: nest freely
)

// traits is what normalising must know of each kind.
var traits = [EntityBankCard + 1]struct {
	layer  layer
	chosen bool // the author decides; the others are seen in the text
}{
	EntityBold:                 {layerStyle, true},
	EntityItalic:               {layerStyle, true},
	EntityUnderline:            {layerStyle, true},
	EntityStrikethrough:        {layerStyle, true},
	EntitySpoiler:              {layerStyle, true},
	EntityCode:                 {layerMono, true},
	EntityPre:                  {layerMono, true},
	EntityTextLink:             {layerLink, true},
	EntityURL:                  {layerLink, false},
	EntityEmail:                {layerLink, false},
	EntityPhone:                {layerLink, false},
	EntityMention:              {layerLink, false},
	EntityTextMention:          {layerLink, true},
	EntityHashtag:              {layerLink, false},
	EntityCashtag:              {layerLink, false},
	EntityBotCommand:           {layerLink, false},
	EntityBlockquote:           {layerBlock, true},
	EntityExpandableBlockquote: {layerBlock, true},
	EntityCustomEmoji:          {layerLink, true},
	EntityBankCard:             {layerLink, false},
}

// layer returns the layer of a known kind, layerNone for others.
func (k EntityKind) layer() layer {
	if int(k) < len(traits) {
		return traits[k].layer
	}
	return layerNone
}

func (k EntityKind) chosen() bool { return int(k) < len(traits) && traits[k].chosen }

// end is where the entity ends.
func (e Entity) end() uint32 { return e.Offset + e.Length }

// overlaps reports whether two entities have a character in common.
func (e Entity) overlaps(o Entity) bool { return e.Offset < o.end() && o.Offset < e.end() }

// contains reports whether o lies inside e.
func (e Entity) contains(o Entity) bool { return e.Offset <= o.Offset && o.end() <= e.end() }

// checkEntities refuses entities that do not fit the text as it was sent.
func checkEntities(text string, entities []Entity) error {
	if len(entities) == 0 {
		return nil
	}
	if len(entities) > MaxEntities {
		return fieldError(CodeTooMany, "entities", "too many entities")
	}
	if !utf8.ValidString(text) {
		return fieldError(CodeBadText, "text", "the text is not UTF-8")
	}
	units := utf16.Encode([]rune(text))
	for i, e := range entities {
		if err := checkEntity(units, e); err != nil {
			err.Field = fmt.Sprintf("entities.%d", i)
			return err
		}
	}
	return nil
}

func checkEntity(units []uint16, e Entity) *Error {
	n := uint64(len(units))
	end := uint64(e.Offset) + uint64(e.Length)
	switch {
	case e.Kind.layer() == layerNone:
		return Errorf(CodeBadEntity, "unknown kind of entity")
	case end > n:
		return Errorf(CodeBadEntity, "the range lies outside the text")
	case splits(units, uint64(e.Offset)) || splits(units, end):
		return Errorf(CodeBadEntity, "the range splits a character")
	case e.Kind == EntityTextMention && e.Account == 0:
		return Errorf(CodeBadEntity, "a mention of nobody")
	case e.Kind == EntityTextLink && cleanAddress(e.Value) == "":
		return Errorf(CodeBadEntity, "not an address that a text may link to")
	case e.Kind == EntityCustomEmoji && !plainWord(e.Value, 64):
		return Errorf(CodeBadEntity, "not the id of an emoji")
	}
	return nil
}

// splits reports whether a place lies between the two halves of a character.
func splits(units []uint16, at uint64) bool {
	return at < uint64(len(units)) && units[at] >= 0xDC00 && units[at] <= 0xDFFF
}

// schemes are the schemes an address behind a text may have.
var schemes = [...]string{"http", "https", "mailto", "tel", "zolal"}

// cleanAddress returns an address as it is stored, empty if a text may not link to it. Without a scheme it
// is taken for a web address.
func cleanAddress(s string) string {
	s = strings.TrimSpace(s)
	bad := func(r rune) bool { return unicode.IsSpace(r) || forbiddenInLine(r) }
	if s == "" || len(s) > MaxAddress || !utf8.ValidString(s) || strings.ContainsFunc(s, bad) {
		return ""
	}
	u, err := url.Parse(s)
	if err == nil && u.Scheme != "" && slices.Contains(schemes[:], strings.ToLower(u.Scheme)) {
		web := strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https")
		if web && u.Hostname() == "" || !web && u.Opaque == "" && u.Host == "" && u.Path == "" {
			return ""
		}
		return s
	}
	if hostEnd := hostPrefix(s); hostEnd > 0 && len(s)+len("https://") <= MaxAddress {
		if u, err := url.Parse("https://" + s); err == nil && u.Hostname() != "" && u.User == nil {
			return "https://" + s
		}
	}
	return ""
}

// hostPrefix returns how many bytes of the start of s are a host name with a known ending, 0 if none are.
func hostPrefix(s string) int {
	r := takeApart(s)
	to := domainAt(r, 0)
	if to == 0 {
		return 0
	}
	if next := r.peek(to); next != 0 && !strings.ContainsRune("/?#:", next) {
		return 0
	}
	return byteAt(s, r.offset[to])
}

// plainWord reports whether s is 1 to limit letters, digits, or signs that occur in names of languages.
func plainWord(s string, limit int) bool {
	if s == "" || len(s) > limit {
		return false
	}
	for _, c := range []byte(s) {
		if !word(rune(c)) && !strings.ContainsRune("+-#.", rune(c)) {
			return false
		}
	}
	return true
}

// normalise makes entities that fit the text nested and sorted: styles of one kind are joined, nothing lies
// in code, no quote in a quote and no link in a link, and of two that would cross one is cut in two.
func normalise(text string, entities []Entity) []Entity {
	if len(entities) == 0 {
		return nil
	}
	entities = slices.Clone(entities)
	for i := range entities {
		tidyValue(&entities[i])
	}
	var done []Entity
	units := utf16.Encode([]rune(text))
	for l := layerBlock; l <= layerStyle; l++ {
		same := ofLayer(entities, l)
		if l == layerStyle {
			same = joinStyles(same)
		}
		for _, e := range same {
			done = nest(done, units, e)
		}
	}
	sortEntities(done)
	return done
}

// tidyValue drops what a kind does not have.
func tidyValue(e *Entity) {
	if e.Kind != EntityTextMention && e.Kind != EntityMention {
		e.Account = 0
	}
	switch e.Kind {
	case EntityTextLink:
		e.Value = cleanAddress(e.Value)
	case EntityPre:
		if !plainWord(e.Value, 32) {
			e.Value = ""
		}
	case EntityCustomEmoji:
	default:
		e.Value = ""
	}
}

// ofLayer returns the entities of a layer in the order in which they are placed.
func ofLayer(entities []Entity, l layer) []Entity {
	var same []Entity
	for _, e := range entities {
		if e.Kind.layer() == l {
			same = append(same, e)
		}
	}
	sortEntities(same)
	return same
}

// joinStyles joins sorted styles of the same kind that touch.
func joinStyles(styles []Entity) []Entity {
	var joined []Entity
	last := map[EntityKind]int{}
	for _, e := range styles {
		i, ok := last[e.Kind]
		if ok && e.Offset <= joined[i].end() {
			joined[i].Length = max(joined[i].end(), e.end()) - joined[i].Offset
			continue
		}
		last[e.Kind] = len(joined)
		joined = append(joined, e)
	}
	return joined
}

// nest puts an entity among those already placed, which are of lower layers or sorted before it. Parts that
// may not lie where they are fall away; where it would cross another it is cut. Trimming what was cut may
// make it cross again, so both go on until nothing moves; each step only makes pieces smaller.
func nest(done []Entity, units []uint16, e Entity) []Entity {
	pieces := []Entity{e}
	for {
		next := cutAll(trimAll(pieces, units), done)
		if slices.Equal(next, pieces) {
			return append(done, pieces...)
		}
		pieces = next
	}
}

// cutAll cuts pieces by all that have their place. Code comes first: what it leaves of an entity may cross
// what the whole of it held.
func cutAll(pieces, done []Entity) []Entity {
	for _, mono := range [...]bool{true, false} {
		for _, o := range done {
			if (o.Kind.layer() == layerMono) != mono {
				continue
			}
			var next []Entity
			for _, p := range pieces {
				next = append(next, cut(p, o)...)
			}
			pieces = next
		}
	}
	return pieces
}

// trimAll takes white space off the ends of links and styles, and drops what is nothing else.
func trimAll(pieces []Entity, units []uint16) []Entity {
	var kept []Entity
	for _, p := range pieces {
		if l := p.Kind.layer(); l == layerLink || l == layerStyle {
			p = trimEntity(units, p)
		}
		if p.Length > 0 {
			kept = append(kept, p)
		}
	}
	return kept
}

// cut returns what stays of p, which is placed, beside or inside o, which has its place.
func cut(p, o Entity) []Entity {
	style := p.Kind.layer() == layerStyle
	// Nothing lies in code, nor in its own kind of thing; only styles may hold what was there before them.
	barred := o.Kind.layer() == layerMono || p.Kind.layer() == o.Kind.layer() && !style
	if !p.overlaps(o) || !barred && (o.contains(p) || style && p.contains(o)) {
		return []Entity{p}
	}
	var pieces []Entity
	if p.Offset < o.Offset {
		before := p
		before.Length = o.Offset - p.Offset
		pieces = append(pieces, before)
	}
	if !barred {
		inside := p
		inside.Offset = max(p.Offset, o.Offset)
		inside.Length = min(p.end(), o.end()) - inside.Offset
		pieces = append(pieces, inside)
	}
	if p.end() > o.end() {
		after := p
		after.Offset = o.end()
		after.Length = p.end() - o.end()
		pieces = append(pieces, after)
	}
	return pieces
}

// trimEntity takes white space off the ends of an entity.
func trimEntity(units []uint16, e Entity) Entity {
	for e.Length > 0 && unicode.IsSpace(rune(units[e.Offset])) {
		e.Offset++
		e.Length--
	}
	for e.Length > 0 && unicode.IsSpace(rune(units[e.end()-1])) {
		e.Length--
	}
	return e
}

// sortEntities orders by place, the longer first, then by layer and kind: the outer before the inner.
func sortEntities(entities []Entity) {
	slices.SortFunc(entities, func(a, b Entity) int {
		return cmp.Or(
			cmp.Compare(a.Offset, b.Offset),
			cmp.Compare(b.Length, a.Length),
			cmp.Compare(a.Kind.layer(), b.Kind.layer()),
			cmp.Compare(a.Kind, b.Kind),
		)
	})
}

// unhindered returns what was seen in the text where nothing the author chose is in its way: code and links
// leave no place for it, and a quote must hold all of it or nothing. Styles give way instead.
func unhindered(seen, chosen []Entity) []Entity {
	return slices.DeleteFunc(seen, func(e Entity) bool {
		return slices.ContainsFunc(chosen, func(o Entity) bool {
			switch o.Kind.layer() {
			case layerMono, layerLink:
				return e.overlaps(o)
			case layerBlock:
				return e.overlaps(o) && !o.contains(e)
			default:
				return false
			}
		})
	})
}
