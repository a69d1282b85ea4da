// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

// The limits of the core, each with its unit. Lengths of text count UTF-16 code units.
const (
	MaxText          = 4096    // UTF-16 units of a message
	MaxImportedText  = 16_384  // UTF-16 units of an imported message, which another messenger accepted
	MaxEntities      = 100     // of a message
	MaxQuote         = 1024    // UTF-16 units of a quote
	MaxTitle         = 128     // UTF-16 units of a chat's title
	MaxAbout         = 255     // UTF-16 units of a description or a profile's text
	MaxPersonName    = 64      // UTF-16 units of a person's shown name
	MaxAdminTitle    = 16      // UTF-16 units of the title beside an admin's name
	MaxLinkLabel     = 32      // UTF-16 units of the label of an invite link
	MaxAddress       = 2048    // bytes of an address behind a text
	MinName          = 5       // characters of a public name
	MaxName          = 32      // characters of a public name
	MaxTargets       = 100     // messages of one deletion or forward
	MaxInvites       = 200     // accounts invited when a chat is created
	MaxLinkUses      = 100_000 // limit of an invite link
	MaxSlowSeconds   = 3600    // seconds between two messages of a member
	MaxPinnedChats   = 100     // ranks of pinned chats
	MaxImportedLabel = 1024    // UTF-16 units of a label that came from elsewhere
	MaxAttachments   = 100     // of an imported message
	SmallGroup       = 200     // members up to which joins and leaves are entries of the chat log
	MaxGroup         = 200_000 // members of a group
)

// Limit is one limit as documents and clients see it.
type Limit struct {
	Name  string
	Value int64
	Unit  string
}

// Limits returns every limit of the core, for documents and for ServerInfo.limits.
func Limits() []Limit {
	const utf16 = "UTF-16 code units"
	return []Limit{
		{"text", MaxText, utf16},
		{"imported_text", MaxImportedText, utf16},
		{"entities", MaxEntities, "per message"},
		{"quote", MaxQuote, utf16},
		{"title", MaxTitle, utf16},
		{"about", MaxAbout, utf16},
		{"person_name", MaxPersonName, utf16},
		{"admin_title", MaxAdminTitle, utf16},
		{"link_label", MaxLinkLabel, utf16},
		{"address", MaxAddress, "bytes"},
		{"name_min", MinName, "characters"},
		{"name_max", MaxName, "characters"},
		{"targets", MaxTargets, "messages per call"},
		{"invites", MaxInvites, "accounts per new chat"},
		{"link_uses", MaxLinkUses, "uses"},
		{"slow_seconds", MaxSlowSeconds, "seconds"},
		{"pinned_chats", MaxPinnedChats, "chats"},
		{"imported_label", MaxImportedLabel, utf16},
		{"attachments", MaxAttachments, "per imported message"},
		{"small_group", SmallGroup, "members"},
		{"group", MaxGroup, "members"},
	}
}
