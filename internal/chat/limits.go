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
	MaxNote          = 200     // UTF-16 units of why somebody was restricted or banned
	MaxLinkLabel     = 32      // UTF-16 units of the label of an invite link
	MaxAddress       = 2048    // bytes of an address behind a text
	MinName          = 5       // characters of a public name
	MaxName          = 32      // characters of a public name
	MaxAdmins        = 50      // of a group or channel, beside its owner
	MaxTargets       = 100     // messages of one deletion or forward
	MaxInvites       = 200     // accounts invited when a chat is created
	MaxLinkUses      = 100_000 // limit of an invite link
	MaxSlowSeconds   = 3600    // seconds between two messages of a member
	MaxAlbum         = 10      // messages of an album that slow mode takes for one
	MaxPinnedChats   = 100     // ranks of pinned chats
	MaxImportedLabel = 1024    // UTF-16 units of a label that came from elsewhere
	MaxAttachments   = 100     // of an imported message
	MaxRooms         = 5000    // groups and channels that an account is in
	MaxOwned         = 500     // groups and channels that an account owns
	MaxContacts      = 2000    // of an account
	MaxReported      = 100     // messages that a report reveals
	MaxRevealed      = 1 << 17 // bytes of what a report reveals
	MaxFeedback      = 2000    // UTF-16 units of feedback
	MaxFeedbackWord  = 100     // UTF-16 units of the version and the platform of feedback
	MaxFeedbackTitle = 300     // UTF-16 units of what an operator publishes of it
	MaxFeedbackADay  = 5       // pieces of feedback of an account
	MaxVotesADay     = 100     // votes on feedback of an account, and withdrawals of them
	MaxReportText    = 1000    // UTF-16 units of a comment to a report, and of an appeal
	MaxReportsADay   = 20      // reports of an account
	MaxTokens        = 50      // tokens of an account that did not end
	MaxSearch        = 500     // UTF-16 units of a search
	MaxCircle        = 50      // members of a private group up to which links of who just came are not counted
	SmallGroup       = 200     // members up to which joins and leaves are entries of the chat log
	MaxGroup         = 200_000 // members of a group
	MaxWaveform      = 100     // bytes: levels of a voice message
	MaxThumbhash     = 32      // bytes
	MaxFileName      = 128     // UTF-16 units of the name of a file
	MaxMediaLabel    = 128     // UTF-16 units of a word beside media
	MaxPreviewTitle  = 256     // UTF-16 units of what a page is called
	MaxPreviewText   = 512     // UTF-16 units of what a page says of itself
	MaxURL           = 2048    // bytes of an address of which a preview is asked for
	MaxPhone         = 32      // characters of a telephone number on a card
	MaxSide          = 1 << 15 // pixels of a side, of what the server does not measure
	MaxAccuracy      = 1 << 20 // metres
	MaxUnanswered    = 3       // messages to somebody who does not know their writer, until accepted
)

// Limit is one limit as documents and clients see it.
type Limit struct {
	Name    string // key in ServerInfo.limits
	Value   int64
	Unit    string
	Meaning string
}

// Limits returns every limit of the core, for documents and for ServerInfo.limits.
func Limits() []Limit {
	const units = "UTF-16 units"
	return append([]Limit{
		{"text", MaxText, units, "of a message, white space at its ends not counted"},
		{"imported_text", MaxImportedText, units, "of a message that another messenger accepted"},
		{"entities", MaxEntities, "entities", "of a message"},
		{"quote", MaxQuote, units, "of a quote in a reply"},
		{"address", MaxAddress, "bytes", "of an address behind a text"},
		{"title", MaxTitle, units, "of a chat"},
		{"about", MaxAbout, units, "of a description"},
		{"person_name", MaxPersonName, units, "of a person's shown name"},
		{"admin_title", MaxAdminTitle, units, "beside an admin's name"},
		{"admins", MaxAdmins, "admins", "of a group or channel, beside its owner"},
		{"note", MaxNote, units, "of why somebody was restricted or banned"},
		{"name_min", MinName, "characters", "of a username or public name, at least"},
		{"name_max", MaxName, "characters", "of a username or public name, at most"},
		{"targets", MaxTargets, "messages", "of one deletion or forward"},
		{"invites", MaxInvites, "accounts", "invited when a chat is made"},
		{"link_label", MaxLinkLabel, units, "of an invite link"},
		{"link_uses", MaxLinkUses, "uses", "of an invite link that counts them"},
		{"slow_seconds", MaxSlowSeconds, "s", "between two messages of a member in slow mode"},
		{"slow_album", MaxAlbum, "messages", "of one album that slow mode takes for one"},
		{"pinned_chats", MaxPinnedChats, "chats", "pinned in a list"},
		{"imported_label", MaxImportedLabel, units, "of a name or word that came from elsewhere"},
		{"attachments", MaxAttachments, "attachments", "named by an imported message"},
		{"rooms", MaxRooms, "chats", "groups and channels that an account is in"},
		{"owned", MaxOwned, "chats", "groups and channels that an account owns"},
		{"contacts", MaxContacts, "contacts", "of an account"},
		{"reported", MaxReported, "messages", "revealed by a report"},
		{"revealed_bytes", MaxRevealed, "bytes", "of what a report reveals"},
		{"report_text", MaxReportText, units, "of a comment to a report, and of an appeal"},
		{"feedback", MaxFeedback, units, "of feedback"},
		{"feedback_a_day", MaxFeedbackADay, "pieces", "of feedback of an account within 24 hours"},
		{"votes_a_day", MaxVotesADay, "votes", "on feedback, given or withdrawn, of an account within 24 hours"},
		{"reports_a_day", MaxReportsADay, "reports", "of an account within 24 hours"},
		{"tokens", MaxTokens, "tokens", "of an account, that did not end"},
		{"search", MaxSearch, units, "of a search"},
		{"circle", MaxCircle, "members", "of a private group, up to which no links of who just joined are counted"},
		{"small_group", SmallGroup, "members", "up to which joins and leaves show in a group's history"},
		{"group", MaxGroup, "members", "of a group; a channel has no limit"},
		{"waveform", MaxWaveform, "levels", "of a voice message"},
		{"thumbhash", MaxThumbhash, "bytes", "of a ThumbHash"},
		{"file_name", MaxFileName, units, "of the name of a file; its end stays"},
		{"media_label", MaxMediaLabel, units, "of a title, a performer, a place or a name on a card"},
		{"preview_title", MaxPreviewTitle, units, "of what a page is called in a preview"},
		{"preview_text", MaxPreviewText, units, "of what a page says of itself in a preview"},
		{"preview_url", MaxURL, "bytes", "of an address of which a preview is asked for"},
		{"unanswered", MaxUnanswered, "messages", "to somebody who does not know who writes, until accepted"},
	}, dailyLimits()...)
}
