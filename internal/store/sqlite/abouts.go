// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

// How long things stay, as many tables say it.
const (
	asLongAsChat    = "as long as the chat is on the server"
	asLongAsAccount = "until the account is deleted"
	asLongAsMessage = "until the message is deleted"
)

// aboutGroup is tables that belong together, in English and in Persian.
type aboutGroup struct {
	title, faTitle string
	about, fa      []tableAbout
}

// aboutGroups accounts for every table, in the order of the document.
func aboutGroups() []aboutGroup {
	return []aboutGroup{
		{"messages and events", "پیام‌ها و رویدادها", aboutEntries(), faEntries()},
		{"photos, videos and files", "عکس، ویدئو و پرونده", aboutMedia(), faMedia()},
		{"chats", "گفتگوها", aboutChats(), faChats()},
		{"people", "آدم‌ها", aboutPeople(), faPeople()},
		{"reports and decisions", "گزارش‌ها و تصمیم‌ها", aboutCases(), faCases()},
		{"reactions, views and what was read", "واکنش، بازدید و خواندن", aboutMarks(), faMarks()},
		{"signing in", "ورود", aboutSecrets(), faSecrets()},
		{"the store itself", "خود پایگاه داده", aboutStore(), faStore()},
	}
}

// abouts accounts for every table, in the order of the document.
func abouts() []tableAbout {
	var out []tableAbout
	for _, g := range aboutGroups() {
		out = append(out, g.about...)
	}
	return out
}

func aboutEntries() []tableAbout {
	return []tableAbout{{"entries",
		"the messages and events of every chat, of each account's own log, and of the server's: reports, " +
			"decisions and feedback; most of the rest follows from them",
		"as long as the chat, the account or the server; what was said is erased when it is edited or deleted, " +
			"and the line that it was once there stays, so that devices can catch up",
		`
		pos place in the order in which the server stored things
		log whose log it stands in: a chat's or an account's
		seq number in that log
		ord number among the messages of that log
		at when it was stored; of imported lines when it was written elsewhere
		author account that wrote it; 0 where nobody of this server did
		device device it came from
		key random key of the device, by which a retry is recognised
		kind what it is: a message, an edit, a deletion, a change of the chat
		flags whether it counts as a message and whether it makes a sound
		target message that it edits or deletes
		expires when it disappears by itself; 0: never
		chain hash that links it to the one before, so that nothing can be changed unseen
		body what was said; empty once it was edited or deleted
		seal random bytes that hide a body in its hash; erased with it`},
		{"heads", "where each log ends", "as long as the log", `
		log whose log
		seq number of its newest entry
		ord how many messages there are
		pos place of its newest entry in the order of the server
		floor up to where superseded entries of an account's own log were removed
		chain hash of its newest entry`},
		{"keys", "a message that is sent twice because an answer was lost is stored once", "31 days", `
		key random key of the device
		device device that used it
		log where it was stored
		seq its number there`},
		{"written", "counting unread messages without counting one's own", asLongAsChat, `
		log chat
		author account
		block which run of 64 messages
		entries how many of them the account wrote`},
		{"overlays", "showing today's version of what was edited or deleted", asLongAsChat, `
		log chat
		target message
		by_seq newest edit, or deletion
		at when that was
		redacted whether it is deleted
		author who wrote the message, for unread counts`},
		{"pins", "pinned messages", "until unpinned", `
		log chat
		target message
		by_seq entry that pinned it`},
		{"mentions", "showing people where they were mentioned", asLongAsMessage, `
		account who was mentioned
		log in which chat
		seq by which message`},
		{"sources", "importing a history again doubles nothing", asLongAsChat, `
		chat imported chat
		number number of the line where it came from
		seq its number here
		digest keyed hash of the line, to see whether it changed; 0 once it was deleted here`},
	}
}

func aboutMedia() []tableAbout {
	return []tableAbout{{"media_refs", "a photo, video or file is kept while a message carries it",
		asLongAsMessage, `
		hash hash of the content, by which it is kept
		log in which chat
		seq by which message
		author who wrote the message, for the share that everybody has
		size bytes`},
		{"blobs", "what is kept of photos, videos and files is known, and goes when nothing refers to it",
			"a day after the last message that carried it was deleted", `
		hash hash of the content, under which its bytes lie in the directory of media
		size bytes
		orphan since when nothing refers to it; 0: something does`},
		{"photos", "showing people and chats by their photos",
			"until it is removed; of a chat until another comes", `
		log whose: an account's or a chat's
		seq number of the entry that set it
		at when that was
		hash hash of the content
		size bytes
		mime what kind of image it is
		width pixels
		height pixels
		thumbhash 25 bytes that are shown until the photo is there`},
		{"files", "an upload can be sent once it is finished", "a day after it was made or last sent", `
		id random name of the upload
		account who uploaded it
		hash hash of the content
		size bytes that are kept of it
		mime what kind of content the server found
		name name of the file, as it was uploaded
		width of an image, in pixels
		height of an image, in pixels
		photo whether it is an image out of which was taken what says where and with what it was made
		thumbhash 25 bytes that are shown in the place of a photo until it is there
		length bytes that were uploaded
		created when
		used when it was last sent`},
	}
}

func aboutChats() []tableAbout {
	return []tableAbout{{"chats", "what a chat is and how it is set",
		asLongAsChat + "; of a deleted one the row stays", `
		chat number of the chat
		type direct, saved messages, group or channel
		title its name
		about what it says of itself
		name public name
		defaults what members may do
		slow_seconds slow mode
		signatures whether posts show who wrote them
		history_hidden whether newcomers see what was before
		join_approval whether joining asks first
		members how many there are
		wide whether so many that reads are not shown
		deleted whether it was deleted
		imported whether its history came from elsewhere
		number_base where numbers of imported lines begin
		created when it was made
		facts version, which grows with every change of rights
		peer_a one of the two of a direct chat
		peer_b the other
		down whether the operator took its public name down`},
		{"members", "who is in a chat and may do what", asLongAsChat + "; the row of who left, was removed or " +
			"banned says that", `
		chat chat
		account account
		role owner, admin, member, invited, left, banned; whether a stranger wrote who was not accepted yet
		grants what an admin may do, or a member may not
		until when a restriction ends
		version of the member's rights
		from_seq from where on the history is visible
		title what an admin is called
		joined when
		pos place of the entry that made it so
		note why somebody is restricted or banned, as an admin says`},
		{"directs", "two people have one direct chat", asLongAsChat, `
		a one account
		b the other
		chat their chat`},
		{"names", "a public name, or one that looks like it, is given once", "until it is given up", `
		name username or public name of a chat
		skeleton the same with look-alike letters folded together
		account whose it is
		chat or which chat's`},
		{"rested", "a name that was given up is nobody else's for 30 days, so that links to it lead to no impostor",
			"until somebody has the name, or its owner gives up another when it has rested", `
		skeleton the name with look-alike letters folded together
		name username or public name of a chat
		account whose it was
		chat or which chat's
		by who gave it up
		at when
		pos entry that gave it up`},
		{"links", "invite links", asLongAsChat, `
		token the secret part of the link
		chat where it leads
		label what its maker calls it
		expires when it ends
		max_uses how many may come in by it
		uses how many did
		approval whether joining by it asks first
		revoked whether it was ended
		creator who made it
		created when`},
		{"link_uses", "a link counts each person once, also if they leave and come back", asLongAsChat, `
		token the link
		account who came in by it`},
		{"requests", "requests to join wait for a decision", "until decided or taken back", `
		chat chat
		account who asks
		at since when
		token link it came by`},
	}
}

func aboutPeople() []tableAbout {
	return []tableAbout{{"people", "what people show of themselves, and whom they show it to", asLongAsAccount, `
		account number of the account
		name name shown
		username username
		about what they say of themselves
		hide_last_seen switch: when they were last online
		hide_typing switch: that they are typing
		hide_reads switch: how far they have read
		hide_forwards switch: their name on what others forward
		refuse_invites switch: being invited by strangers
		unfindable switch: being found by username by whom one has not met
		quiet_contacts switch: not being told when a contact changes their name or photo
		photo_for who sees their photos: everybody, those on their list, nobody
		deleted whether the account was deleted; nothing else is left in the row then`},
		{"words", "finding people and members by the beginning of a word", asLongAsAccount, `
		tail end of a name from a word on, folded
		account whose name`},
		{"contacts", "one's own list of people, with names that nobody else sees",
			"until taken off the list; a name given up is erased then", `
		account whose list
		other who is on it
		name what the account calls them
		seen_name what they called themselves then, to see when it changes
		seen_username their username then
		seen_photo hash of their photo then
		pos entry that holds it`},
		{"personal_links", "being found by a link that one gives away", "until replaced or taken down", `
		account where it leads
		token the secret part of the link; empty where it was taken down`},
		{"blocks", "keeping people away", "until unblocked", `
		account who blocks
		other whom`},
		{"spent", "how much a day an account may contact strangers, send them links, and make groups",
			asLongAsAccount, `
		account whose
		at when
		pos entry that says so
		strangers people contacted who do not know the account; not whom
		links messages with links to such people, or into groups of many just joined
		rooms groups and channels made`},
		{"drafts", "unsent texts are on all of one's devices", "until sent or cleared; the text is erased then", `
		account whose
		chat for which chat
		text the text
		entities its formatting
		reply what it answers
		quote the part of it that is answered
		at when it was written
		pos entry that holds it`},
		{"prefs", "one's wishes for a chat", asLongAsAccount, `
		account whose
		chat for which chat
		muted_until muted until then; -1: notified in any case
		archived put into the archive
		pin_rank pinned in the list
		marked_unread marked as unread`},
		{"reads", "where one has read up to, on all of one's devices", asLongAsAccount, `
		account whose
		chat in which chat
		seq up to which message
		ord how many messages that is`},
	}
}

func aboutCases() []tableAbout {
	return []tableAbout{{"reports", "what people brought before the admins of a chat or the operator; the " +
		"messages they chose to show stand in the entry, and are erased 30 days after the case is closed",
		"as long as the server; those to a chat's admins as long as the chat", `
		log whose desk: the server's, or a chat's staff
		report number there
		at when
		reporter who reported; never shown to who is reported, nor to a chat's admins
		account who is reported; 0: a chat alone
		chat which chat; 0: an account alone
		reason public reason code
		decision what closed it
		closed when it was closed; 0: open
		kept whether the messages are erased`},
		{"decisions", "what operators decided, for the one it is about to see and appeal against",
			"as long as the server; what an appeal said is erased 30 days after its answer", `
		decision number
		at when
		account whom it is about
		chat in which chat something was taken down
		act what was decided: warned, limited, suspended, taken down
		reason public reason code
		until end of a limit
		name public name that was taken down
		reversed decision that took it back
		appeal whether there is an appeal, and its outcome
		appeals entry of the appeal; 0 once erased
		answered when the appeal was answered`},
		{"acts", "showing everybody what operators did to their account", asLongAsAccount, `
		account whose
		seq entry in its log
		at when
		act what was done
		reason public reason code
		until end of a limit
		decision decision it belongs to
		chat public chat it was about
		messages how many messages were looked at or taken down
		console whether at the console`},
	}
}

func aboutMarks() []tableAbout {
	return []tableAbout{{"reactions", "reactions to messages", "until taken back, or the message is deleted", `
		log chat
		seq message
		account who reacted
		emoji with what`},
		{"tallies", "counts of reactions", asLongAsMessage, `
		log chat
		seq message
		emoji reaction
		count how many`},
		{"views", "how often a post of a channel was seen; who saw it is not stored", asLongAsMessage, `
		log channel
		seq post
		views how often`},
		{"ticks",
			"showing writers how far the others have read", asLongAsAccount + "; hidden from others by a switch", `
		chat chat
		account who
		seq up to which message`},
		{"seen", "showing when somebody was last online", "the last time alone; hidden from others by a switch", `
		account who
		at when`},
	}
}

func aboutSecrets() []tableAbout {
	return []tableAbout{{"accounts", "signing in", asLongAsAccount, `
		account number of the account
		version grows with every change, so that two at once do not overwrite each other
		signup_key random key of the sign-up, by which a retry is recognised
		password hash of the password (argon2id); the password itself is not stored
		recovery hash of what the recovery code makes; the code itself never leaves the device
		created when
		operator whether it is the operator's
		suspended reason code, while suspended
		recovery_checked when the owner last showed that the recovery code was kept; 0: not yet
		approval whether a sign-in waits until an old device approves it
		pass which invitation it came by; empty: none`},
		{"pushes", "waking devices that asked for it, over the push service of their browser",
			"until switched off, the device is signed out, or the push service says that it is gone", `
		device which
		account whose
		endpoint address at the push service of the browser's maker
		key public key of the browser
		secret shared by browser and server
		off what it is not woken for
		quiet_from beginning of its quiet hours
		quiet_until end of its quiet hours
		utc_minutes how far its clock is ahead of UTC
		created when`},
		{"passes", "letting in people who were invited, and seeing by which invitation a spammer came",
			"as long as the server, so that the counts of invitations stay true", `
		id what it is called; opens nothing
		secret hash of the secret part of the link; the secret itself is not stored
		maker account that made it; 0: at the console
		label what its maker called it, until their account is deleted
		uses how many may sign up with it; 0: any number
		used how many did
		created when
		expires until when it is good; 0: for ever
		revoked when it was withdrawn; 0: not`},
		{"devices", "staying signed in, and seeing and ending one's sessions",
			"until signed out or ended", `
		device number of the device
		account whose
		name what the device calls itself, such as a browser and a system
		client which program
		version its version
		build its build
		token hash of the token; the token itself is not stored
		scopes what the token may do
		created signed in when
		last_used last used when
		expires when it ends by itself; 0: never
		vouched when an older device or the recovery code vouched for it; 0: never`},
		{"credentials", "second factors, passkeys and what they were asked, sign-ins that wait for an " +
			"old device and the codes that lead to them, links of a reset, sign-ups that wait for the " +
			"operator, accounts that will be deleted, whose account an identity at the organisation's " +
			"provider is and which of its groups it was told of",
			"until used, removed or expired; passkeys and second factors as long as the account", `
		kind which of these
		id hash of the secret, or a random name
		account whose; 0: of nobody yet
		version grows with every change, so that what is good once is used once
		name what the owner or the device calls it
		data what the kind needs, such as the public half of a passkey
		created when
		used last used when; 0: never
		expires when it ends by itself; 0: never`},
		{"revocations", "a device learns that it was signed out, and why", "30 days", `
		n running number
		device device
		account whose
		token hash of its token
		reason signed out, ended, password changed, suspended
		at when`},
		{"secrets", "keys of the server itself, the rules of sign-up, the one-time set-up link, " +
			"and how much of their look-ups accounts and networks have spent",
			"as long as the server; the set-up link until it is used, look-ups until they have grown back", `
		name which
		value the secret`},
	}
}

func aboutStore() []tableAbout {
	return []tableAbout{{"meta", "what the store needs itself: no personal data", "as long as the server", `
		name which
		value incarnation, and before when keys were forgotten`},
		{"ids", "no number is given twice: no personal data", "as long as the server", `
		kind of accounts, devices or chats
		last the last number given`},
		{"goose_db_version", "which steps of the schema were taken: no personal data", "as long as the server", `
		id running number
		version_id step
		is_applied whether it was taken
		tstamp when`},
		{"sqlite_sequence", "running numbers of the database: no personal data", "as long as the server", `
		name table
		seq the last number`},
	}
}
