// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"maps"

	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// pair is an account in a chat, or two accounts, as the map that it keys says.
type pair struct{ a, b uint32 }

func inChat(room chat.ChatID, who chat.AccountID) pair { return pair{uint32(room), uint32(who)} }

// Rows of projections. A pos is that of the entry that made the row; it orders rows by when they moved.
type (
	memberRow struct {
		chat.Member
		pos chat.Pos
	}
	nameRow struct {
		skeleton string
		owner    engine.Owner
	}
	overlayRow struct {
		by       chat.Seq
		at       chat.Millis
		redacted bool
	}
	mentionID struct {
		account chat.AccountID
		place
	}
	linkRow struct {
		chat.InviteLink
		room chat.ChatID
	}
	linkUse struct {
		token string
		who   chat.AccountID
	}
	draftRow struct {
		chat.DraftText
		pos chat.Pos
	}
	contactRow struct {
		chat.Contact
		pos chat.Pos
	}
	actID struct {
		account chat.AccountID
		seq     chat.Seq
	}
	sourceID struct {
		room   chat.ChatID
		number int64
	}
	mediaID struct {
		hash chat.Hash
		place
	}
	mediaRow struct {
		author chat.AccountID
		size   int64
	}
	spentID struct {
		account chat.AccountID
		at      chat.Millis
		pos     chat.Pos
	}
)

// projections are everything that follows from entries. All rows are replaced whole.
type projections struct {
	chats     map[chat.ChatID]chat.Chat
	members   map[pair]memberRow // chat, account
	names     map[string]nameRow
	skeletons map[string]string       // to the name they were claimed with
	owners    map[engine.Owner]string // to the name they have
	directs   map[pair]chat.ChatID    // two accounts, the smaller first
	overlays  map[place]overlayRow    // by target
	pins      map[place]chat.Seq      // target to the entry that pinned it
	mentions  map[mentionID]struct{}
	links     map[string]linkRow
	linkUses  map[linkUse]struct{}
	requests  map[pair]chat.JoinRequest // chat, account
	people    map[chat.AccountID]chat.Person
	blocks    map[pair]struct{}   // who, whom
	contacts  map[pair]contactRow // whose, whom
	personal  map[chat.AccountID]chat.PersonalLink
	tokens    map[string]chat.AccountID // of personal links
	drafts    map[pair]draftRow         // chat, account
	prefs     map[pair]chat.Prefs
	reads     map[pair]chat.ReadMark
	sources   map[sourceID]engine.Source
	reports   map[place]chat.ReportState
	decisions map[chat.Seq]chat.DecisionState
	acts      map[actID]chat.NotedAct
	spent     map[spentID]chat.Spending
	rested    map[string]engine.Rested // by look
	media     map[mediaID]mediaRow
	photos    map[place]chat.PlacedPhoto
}

func newProjections() *projections {
	return &projections{
		chats:     map[chat.ChatID]chat.Chat{},
		members:   map[pair]memberRow{},
		names:     map[string]nameRow{},
		skeletons: map[string]string{},
		owners:    map[engine.Owner]string{},
		directs:   map[pair]chat.ChatID{},
		overlays:  map[place]overlayRow{},
		pins:      map[place]chat.Seq{},
		mentions:  map[mentionID]struct{}{},
		links:     map[string]linkRow{},
		linkUses:  map[linkUse]struct{}{},
		requests:  map[pair]chat.JoinRequest{},
		people:    map[chat.AccountID]chat.Person{},
		blocks:    map[pair]struct{}{},
		contacts:  map[pair]contactRow{},
		personal:  map[chat.AccountID]chat.PersonalLink{},
		tokens:    map[string]chat.AccountID{},
		drafts:    map[pair]draftRow{},
		prefs:     map[pair]chat.Prefs{},
		reads:     map[pair]chat.ReadMark{},
		sources:   map[sourceID]engine.Source{},
		reports:   map[place]chat.ReportState{},
		decisions: map[chat.Seq]chat.DecisionState{},
		acts:      map[actID]chat.NotedAct{},
		spent:     map[spentID]chat.Spending{},
		rested:    map[string]engine.Rested{},
		media:     map[mediaID]mediaRow{},
		photos:    map[place]chat.PlacedPhoto{},
	}
}

func (p *projections) clone() *projections {
	return &projections{
		chats:     maps.Clone(p.chats),
		members:   maps.Clone(p.members),
		names:     maps.Clone(p.names),
		skeletons: maps.Clone(p.skeletons),
		owners:    maps.Clone(p.owners),
		directs:   maps.Clone(p.directs),
		overlays:  maps.Clone(p.overlays),
		pins:      maps.Clone(p.pins),
		mentions:  maps.Clone(p.mentions),
		links:     maps.Clone(p.links),
		linkUses:  maps.Clone(p.linkUses),
		requests:  maps.Clone(p.requests),
		people:    maps.Clone(p.people),
		blocks:    maps.Clone(p.blocks),
		contacts:  maps.Clone(p.contacts),
		personal:  maps.Clone(p.personal),
		tokens:    maps.Clone(p.tokens),
		drafts:    maps.Clone(p.drafts),
		prefs:     maps.Clone(p.prefs),
		reads:     maps.Clone(p.reads),
		sources:   maps.Clone(p.sources),
		reports:   maps.Clone(p.reports),
		decisions: maps.Clone(p.decisions),
		acts:      maps.Clone(p.acts),
		spent:     maps.Clone(p.spent),
		rested:    maps.Clone(p.rested),
		media:     maps.Clone(p.media),
		photos:    maps.Clone(p.photos),
	}
}

// people is read through person, so that an account that only set privacy has its number.
func (p *projections) person(a chat.AccountID) chat.Person {
	who := p.people[a]
	who.ID = a
	return who
}

func (p *projections) blocked(a, b chat.AccountID) bool {
	_, ab := p.blocks[pair{uint32(a), uint32(b)}]
	_, ba := p.blocks[pair{uint32(b), uint32(a)}]
	return ab || ba
}

// direct is the key of two accounts in directs.
func direct(a, b chat.AccountID) pair {
	return pair{uint32(min(a, b)), uint32(max(a, b))}
}
