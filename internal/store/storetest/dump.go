// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// Dump implements engine.Upkeep. A dump is the same from every store that holds the same: tables by name,
// rows by their keys, and values that are int64, string or nil. Truths are 0 and 1, bytes hexadecimal, lists
// JSON; a struct stands as its fields in the order of their declaration, so that no store can forget a new
// one. Commit positions are left out, since they may have gaps.
func (m *Memory) Dump(ctx context.Context, row func(table string, values ...any) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := m.ready(ctx, "dump"); err != nil {
		return err
	}
	for _, t := range m.tables() {
		for _, r := range t.rows {
			if err := row(t.name, r...); err != nil {
				return err
			}
		}
	}
	return nil
}

type table struct {
	name string
	rows [][]any
}

func (m *Memory) tables() []table {
	p := m.proj
	return []table{
		{"acts", rowsOf(p.acts, func(k actID, a chat.NotedAct) []any {
			return values(k.account, a.Seq, a.At, a.Act)
		})},
		{"blocks", rowsOf(p.blocks, func(k pair, _ struct{}) []any { return values(k.a, k.b) })},
		{"chats", rowsOf(p.chats, func(_ chat.ChatID, c chat.Chat) []any { return values(c) })},
		{"contacts", rowsOf(p.contacts, func(k pair, c contactRow) []any { return values(k.a, c.Contact) })},
		{"decisions", rowsOf(p.decisions, func(_ chat.Seq, d chat.DecisionState) []any { return values(d) })},
		{"directs", rowsOf(p.directs, func(k pair, c chat.ChatID) []any { return values(k.a, k.b, c) })},
		{"drafts", rowsOf(p.drafts, func(k pair, d draftRow) []any { return values(k.b, d.DraftText) })},
		{"keys", rowsOf(m.keys, func(k keyID, at place) []any { return values(k.key, k.device, at.log, at.seq) })},
		{"link_uses", rowsOf(p.linkUses, func(k linkUse, _ struct{}) []any { return values(k.token, k.who) })},
		{"links", rowsOf(p.links, func(_ string, l linkRow) []any { return values(l.InviteLink, l.room) })},
		{"media_refs", rowsOf(p.media, func(k mediaID, r mediaRow) []any {
			return values(k.hash, k.log, k.seq, r.author, r.size)
		})},
		{"members", rowsOf(p.members, func(k pair, r memberRow) []any { return values(k.a, r.Member) })},
		{"mentions", rowsOf(p.mentions, func(k mentionID, _ struct{}) []any {
			return values(k.account, k.log, k.seq)
		})},
		{"names", rowsOf(p.names, func(name string, r nameRow) []any { return values(name, r.skeleton, r.owner) })},
		{"overlays", rowsOf(p.overlays, func(k place, o overlayRow) []any {
			return values(k.log, k.seq, o.by, o.at, o.redacted)
		})},
		{"people", rowsOf(p.people, func(a chat.AccountID, who chat.Person) []any {
			return values(a, who.Profile, who.Privacy, who.Deleted)
		})},
		{"personal_links", rowsOf(p.personal, func(a chat.AccountID, l chat.PersonalLink) []any {
			return values(a, l)
		})},
		{"photos", rowsOf(p.photos, func(k place, f chat.PlacedPhoto) []any {
			return values(k.log, k.seq, f.At, f.Hash, f.Size, f.MIME, f.Width, f.Height,
				fmt.Sprintf("%x", f.Thumbhash))
		})},
		{"pins", rowsOf(p.pins, func(k place, by chat.Seq) []any { return values(k.log, k.seq, by) })},
		{"prefs", rowsOf(p.prefs, func(k pair, r chat.Prefs) []any { return values(k.b, r) })},
		{"reads", rowsOf(p.reads, func(k pair, r chat.ReadMark) []any { return values(k.b, r) })},
		{"reports", rowsOf(p.reports, func(_ place, r chat.ReportState) []any { return values(r) })},
		{"requests", rowsOf(p.requests, func(k pair, r chat.JoinRequest) []any { return values(k.a, r) })},
		{"rested", rowsOf(p.rested, func(look string, r engine.Rested) []any {
			return values(look, r.Name, r.Owner, r.By, r.At)
		})},
		{"sources", rowsOf(p.sources, func(k sourceID, s engine.Source) []any {
			return values(k.room, k.number, s)
		})},
		{"spent", rowsOf(p.spent, func(k spentID, s chat.Spending) []any { return values(k.account, s) })},
	}
}

// rowsOf returns the rows of a table by their values from the left, which begin with the key.
func rowsOf[K comparable, V any](m map[K]V, of func(K, V) []any) [][]any {
	rows := make([][]any, 0, len(m))
	for k, v := range m {
		rows = append(rows, of(k, v))
	}
	slices.SortFunc(rows, func(a, b []any) int {
		return slices.CompareFunc(a, b, compareValues)
	})
	return rows
}

// compareValues puts nil first, as databases do.
func compareValues(a, b any) int {
	switch a := a.(type) {
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b)
		}
		return 1
	case string:
		if b, ok := b.(string); ok {
			return cmp.Compare(a, b)
		}
		return 1
	default:
		if b == nil {
			return 0
		}
		return -1
	}
}

// values turns what a row is made of into int64, string and nil.
func values(parts ...any) []any {
	var out []any
	for _, p := range parts {
		out = appendValue(out, reflect.ValueOf(p))
	}
	return out
}

func appendValue(out []any, v reflect.Value) []any {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(out, int64(1))
		}
		return append(out, int64(0))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return append(out, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return append(out, int64(v.Uint()))
	case reflect.String:
		return append(out, v.String())
	case reflect.Pointer:
		if v.IsNil() {
			return append(out, nil)
		}
		return appendValue(out, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			out = appendValue(out, v.Field(i))
		}
		return out
	case reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return append(out, fmt.Sprintf("%x", v.Interface()))
		}
		for i := range v.Len() {
			out = appendValue(out, v.Index(i))
		}
		return out
	default:
		return append(out, asJSON(v))
	}
}

// asJSON writes a list; an empty one is the empty string.
func asJSON(v reflect.Value) string {
	if v.Kind() == reflect.Slice && v.Len() == 0 {
		return ""
	}
	b, err := json.Marshal(v.Interface())
	if err != nil {
		panic(fmt.Sprintf("a row holds what JSON cannot: %v", err)) // no type of chat does
	}
	return string(b)
}
