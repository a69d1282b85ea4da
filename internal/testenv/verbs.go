// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// verbs are the words of conversation scripts. Each returns the server's error, for "fails".
var verbs = map[string]func(*stage, *line) error{
	"cast":            cast,
	"server restarts": func(s *stage, _ *line) error { return s.host.Restart() },
	"server restored": restored,
	"server crashes":  func(s *stage, _ *line) error { return s.host.Crash() },

	"operator": operator, // operator boss
	"lets":     admitsAs, // boss lets open|invite|closed [work N] [members N] [review] (who may sign up)
	"issues":   issues,   // boss issues [uses N] as class (makes a pass)
	"voids":    voids,    // boss voids class
	"counted":  counted,  // boss counted class N
	"arrives":  arrives,  // mina arrives [by class] (signs up)

	"opens":   opens,   // sara opens phone
	"cuts":    cuts,    // sara cuts
	"mends":   mends,   // sara mends
	"goes":    goesOff, // sara goes
	"creates": creates, // sara creates group|channel "Title" as alias [public]
	"meets":   meets,   // sara meets reza as alias
	"saves":   saves,   // sara saves as alias

	"joins":      joins,      // reza joins chat | reza joins by link
	"leaves":     leaves,     // reza leaves chat
	"invites":    invites,    // sara invites reza chat
	"accepts":    answers,    // reza accepts chat
	"refuses":    answers,    // reza refuses chat
	"links":      links,      // sara links chat [approval] [uses N] as alias
	"revokes":    revokes,    // sara revokes link chat
	"admits":     decides,    // sara admits reza chat
	"rejects":    decides,    // sara rejects reza chat
	"promotes":   changes,    // sara promotes reza chat [grant …]
	"demotes":    changes,    // sara demotes reza chat
	"bans":       changes,    // sara bans reza chat ["why"]
	"removes":    changes,    // sara removes reza chat
	"mutes":      changes,    // sara mutes reza chat ["why"]
	"frees":      changes,    // sara frees reza chat (of what was taken from him)
	"hands":      transfer,   // sara hands chat reza (offers it)
	"takes":      offered,    // reza takes chat (which was offered)
	"spurns":     offered,    // reza spurns chat (does not want it)
	"renames":    renames,    // sara renames chat "Title"
	"publishes":  publishes,  // sara publishes chat some_name|private
	"slows":      slows,      // sara slows chat seconds (between two messages of a member)
	"slowed":     slowed,     // mina slowed chat (slow mode counts from what she wrote)
	"signatures": signatures, // sara signatures chat on|off (posts bear who wrote them)
	"veils":      veils,      // sara veils chat (history is hidden from who joins from now on)
	"blocks":     blocks,     // sara blocks reza
	"unblocks":   blocks,     // sara unblocks reza
	"hides":      hides,      // sara hides reads|typing|seen|name|photo|strangers … (photo from all, or these)

	"finds":     finds,     // reza finds sara (by username)
	"searches":  searches,  // sara searches "words" [in chat] [by reza] [for links] gets "text" … (newest first)
	"browses":   browses,   // sara browses "words" gets chat … (public ones)
	"leafs":     leafs,     // sara leafs groups|channels gets chat … (all public ones, the most members first)
	"gives":     gives,     // sara gives as alias (a new personal link, which ends the one before)
	"withdraws": withdraws, // sara withdraws (her personal link)
	"visits":    visits,    // reza visits alias as chat (a personal link)
	"adds":      adds,      // sara adds reza "Private name" (to her contacts)
	"drops":     adds,      // sara drops reza (from her contacts)
	"knows":     knows,     // sara knows reza "Private name" seen "Public name" | sara knows reza gone
	"becomes":   becomes,   // reza becomes "Name"
	"claims":    claims,    // eve claims sara [alike] (her username, or one like it) | eve claims that_very_name
	"shares":    shares,    // sara shares reza chat … (the groups both are in)
	"guesses":   guesses,   // eve guesses names|numbers N

	"tries":    tries,    // eve tries sara N (wrong passwords, at one server, without an account of her own)
	"lingers":  lingers,  // eve lingers (asks until that fails as the line says: an end takes a moment)
	"returns":  returns,  // sara returns (signs in again from the device she has)
	"swarms":   swarms,   // spam swarms sara N "text" (N new accounts write to her until they are refused)
	"fills":    fills,    // crowd fills link N (so many new accounts join by it)
	"beset":    beset,    // sara beset N (requests wait, without a sound, and nothing else)
	"ends":     ends,     // sara/phone ends tablet|first|others
	"vouches":  vouches,  // sara vouches phone
	"keeps":    keeps,    // sara keeps right|wrong (shows that the recovery code was kept)
	"replaces": replaces, // sara replaces password|recovery

	"says":    says,    // sara says chat "text" [as alias]
	"queues":  says,    // the same without waiting for the acknowledgement
	"sent":    wasSent, // sara sent alias
	"again":   again,   // sara again chat "text" as alias: the same key once more
	"replies": replies, // reza replies alias "text" [as alias]
	"edits":   edits,   // sara edits alias "text"
	"deletes": deletes, // sara deletes alias …
	"pins":    pins,    // sara pins alias
	"reacts":  reacts,  // reza reacts alias [emoji …]
	"reads":   reads,   // reza reads chat
	"drafts":  drafts,  // reza drafts chat "text"
	"types":   types,   // reza types chat
	"records": types,   // reza records chat (a voice message)
	"passes":  passes,  // reza passes alias chat [hidden] [as alias]

	"sees":       sees,       // reza sees chat "text" …
	"shows":      shows,      // reza shows alias "text" edited|plain | reza shows alias gone
	"unread":     unread,     // reza unread chat N
	"called":     called,     // reza called chat N (unread mentions)
	"ticked":     ticked,     // sara ticked alias
	"unticked":   unticked,   // sara unticked alias (read, and kept to themselves)
	"readers":    readers,    // sara readers alias reza …
	"drafted":    drafted,    // reza drafted chat "text"
	"tallies":    tallies,    // sara tallies alias emoji N
	"notices":    notices,    // reza notices chat sara [recording] (typing)
	"members":    members,    // sara members chat N
	"invited":    invited,    // reza invited chat
	"told":       told,       // sara told signed_in … (the last notices to her devices)
	"requested":  direct,     // reza requested chat (a stranger wrote there)
	"waits":      direct,     // sara waits chat (for the other to accept)
	"mutual":     direct,     // sara mutual chat (neither of the two)
	"without":    without,    // reza without chat (not in the list)
	"signed":     signed,     // reza signed alias "Name"|nobody
	"noted":      noted,      // mina noted chat "why" (what was taken from her)
	"restricted": restricted, // sara restricted chat mina … (as the staff sees who is)
	"deeds":      deeds,      // sara deeds chat [by reza] [of KIND …] KIND … (the newest first)
	"anonymous":  anonymous,  // reza anonymous alias (the author is not shown)
}

func cast(s *stage, l *line) error {
	for _, name := range l.words {
		s.started++
		d, err := signUp(s.ctx, s.host.Address(s.started), name, int(time.Now().UnixNano()%1e9))
		if err != nil {
			return err
		}
		s.devices[name] = d
		s.host.Hush(d.name, d.token)
	}
	return nil
}

func opens(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	s.started++
	other, err := signIn(s.ctx, s.host.Address(s.started), d.name, l.words[0])
	if err == nil {
		s.host.Hush(other.token)
		name, _, _ := strings.Cut(l.actor, "/")
		s.devices[name+"/"+l.words[0]] = other
	}
	return err
}

func cuts(s *stage, l *line) error {
	d, err := s.device(l)
	if err == nil {
		d.net.Cut()
	}
	return err
}

func mends(s *stage, l *line) error {
	d, err := s.device(l)
	if err == nil {
		d.net.Mend()
	}
	return err
}

func goesOff(s *stage, l *line) error {
	d, err := s.device(l)
	if err == nil {
		d.close()
		delete(s.devices, l.actor)
	}
	return err
}

// call asks as the device of a line.
func (s *stage) call(l *line, method string, req, resp proto.Message) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	return d.client.Call(s.ctx, method, req, resp)
}

func key() []byte { return zolal.NewKey(time.Now()) }

func creates(s *stage, l *line) error {
	public := l.words[len(l.words)-1] == "public"
	if public {
		l.words = l.words[:len(l.words)-1]
	}
	words, as := alias(l.words)
	if len(words) != 2 || as == "" {
		return fmt.Errorf("creates group|channel \"Title\" as alias [public]")
	}
	method := map[string]string{"group": "Chats/CreateGroup", "channel": "Chats/CreateChannel"}[words[0]]
	req := &zolalv1.CreateChatRequest{Key: key(), Title: words[1]}
	if public {
		req.Name = "p_" + as + "_" + strconv.FormatInt(time.Now().UnixNano()%(1<<40), 36)
	}
	info := new(zolalv1.ChatInfo)
	if err := s.call(l, method, req, info); err != nil {
		return err
	}
	s.chats[as] = info.GetId()
	return nil
}

func meets(s *stage, l *line) error {
	words, as := alias(l.words)
	peer, err := s.person(words[0])
	if err != nil {
		return err
	}
	info := new(zolalv1.ChatInfo)
	err = s.call(l, "Chats/OpenDirect", &zolalv1.OpenDirectRequest{Key: key(), Account: peer}, info)
	if err != nil {
		return err
	}
	if before := s.chats[as]; before != 0 && before != info.GetId() {
		return fmt.Errorf("another chat: %d, not %d", info.GetId(), before)
	}
	s.chats[as] = info.GetId()
	return nil
}

func saves(s *stage, l *line) error {
	l.words = append([]string{l.actor}, l.words...)
	return meets(s, l)
}

func joins(s *stage, l *line) error {
	req := &zolalv1.JoinRequestRequest{Key: key()}
	if len(l.words) == 2 && l.words[0] == "by" {
		req.Invite = s.links[l.words[1]]
	} else {
		id, err := s.chat(l.words[0])
		if err != nil {
			return err
		}
		req.Chat = id
	}
	return s.call(l, "Chats/Join", req, new(zolalv1.JoinResponse))
}

func leaves(s *stage, l *line) error {
	id, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.ChatChangeRequest{Chat: id, Key: key()}
	err = s.call(l, "Chats/Leave", req, new(zolalv1.Receipt))
	return s.forget(l, id, err)
}

// personAndChat reads the two words that most verbs about somebody take.
func (s *stage) personAndChat(l *line) (account, chat uint32, err error) {
	if len(l.words) < 2 {
		return 0, 0, fmt.Errorf("somebody and a chat are needed")
	}
	if account, err = s.person(l.words[0]); err == nil {
		chat, err = s.chat(l.words[1])
	}
	return account, chat, err
}

func invites(s *stage, l *line) error {
	account, chat, err := s.personAndChat(l)
	if err != nil {
		return err
	}
	req := &zolalv1.MemberRequest{Chat: chat, Key: key(), Account: account}
	return s.call(l, "Chats/Invite", req, new(zolalv1.Receipt))
}

func answers(s *stage, l *line) error {
	id, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.AnswerRequest{Chat: id, Key: key(), Accept: l.verb == "accepts"}
	err = s.call(l, "Chats/AnswerInvitation", req, new(zolalv1.Receipt))
	if !req.GetAccept() {
		err = s.forget(l, id, err)
	}
	return err
}

// forget has the device of a line show nothing more of a chat that it left.
func (s *stage) forget(l *line, chat uint32, err error) error {
	if d := s.devices[l.actor]; d != nil && err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.views, chat)
	}
	return err
}

func links(s *stage, l *line) error {
	words, as := alias(l.words)
	id, err := s.chat(words[0])
	if err != nil {
		return err
	}
	link := &zolalv1.InviteLink{Approval: slices.Contains(words, "approval")}
	if i := slices.Index(words, "uses"); i > 0 && i+1 < len(words) {
		n, err := strconv.Atoi(words[i+1])
		if err != nil {
			return err
		}
		link.Limit = uint32(n)
	}
	made := new(zolalv1.InviteLink)
	req := &zolalv1.CreateLinkRequest{Chat: id, Key: key(), Link: link}
	if err := s.call(l, "Chats/CreateLink", req, made); err != nil {
		return err
	}
	s.links[as] = made.GetToken()
	s.host.Hush(made.GetToken())
	return nil
}

func revokes(s *stage, l *line) error {
	id, err := s.chat(l.words[1])
	if err != nil {
		return err
	}
	req := &zolalv1.RevokeLinkRequest{Chat: id, Key: key(), Token: s.links[l.words[0]]}
	return s.call(l, "Chats/RevokeLink", req, new(zolalv1.Receipt))
}

func decides(s *stage, l *line) error {
	account, chat, err := s.personAndChat(l)
	if err != nil {
		return err
	}
	req := &zolalv1.DecideJoinRequest{
		Chat: chat, Key: key(), Account: account, Accept: l.verb == "admits",
	}
	return s.call(l, "Chats/DecideRequest", req, new(zolalv1.Receipt))
}

// grants are the names of rights in scripts.
var grants = map[string]zolalv1.Grant{
	"pin": zolalv1.Grant_GRANT_PIN, "ban": zolalv1.Grant_GRANT_BAN, "info": zolalv1.Grant_GRANT_INFO,
	"post": zolalv1.Grant_GRANT_POST, "edit": zolalv1.Grant_GRANT_EDIT_ANY,
	"delete": zolalv1.Grant_GRANT_DELETE_ANY, "invite": zolalv1.Grant_GRANT_INVITE,
	"promote": zolalv1.Grant_GRANT_PROMOTE, "send": zolalv1.Grant_GRANT_SEND,
}

func changes(s *stage, l *line) error {
	account, chat, err := s.personAndChat(l)
	if err != nil {
		return err
	}
	req := &zolalv1.SetMemberRequest{Chat: chat, Key: key(), Account: account}
	switch l.verb {
	case "promotes":
		req.Role = zolalv1.Role_ROLE_ADMIN
		for _, word := range l.words[2:] {
			req.Grants |= uint32(grants[word])
		}
	case "demotes", "frees":
		req.Role = zolalv1.Role_ROLE_MEMBER
	case "mutes":
		req.Role, req.Grants = zolalv1.Role_ROLE_MEMBER, uint32(zolalv1.Grant_GRANT_SEND)
	case "bans":
		req.Role = zolalv1.Role_ROLE_BANNED
	case "removes":
		req.Role = zolalv1.Role_ROLE_NONE
	}
	if l.verb == "mutes" || l.verb == "bans" {
		req.Note = strings.Join(l.words[2:], "")
	}
	return s.call(l, "Chats/SetMember", req, new(zolalv1.Receipt))
}

func transfer(s *stage, l *line) error {
	chat, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	account, err := s.person(l.words[1])
	if err != nil {
		return err
	}
	req := &zolalv1.TransferRequest{Chat: chat, Key: key(), Account: account, Password: password}
	return s.call(l, "Chats/Transfer", req, new(zolalv1.Receipt))
}

func offered(s *stage, l *line) error {
	id, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.AnswerRequest{Chat: id, Key: key(), Accept: l.verb == "takes"}
	return s.call(l, "Chats/AnswerOffer", req, new(zolalv1.Receipt))
}

func renames(s *stage, l *line) error {
	chat, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	return s.setInfo(l, chat, &zolalv1.ChatInfoChange{Title: &l.words[1]})
}

func veils(s *stage, l *line) error {
	chat, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	hidden := true
	return s.setInfo(l, chat, &zolalv1.ChatInfoChange{HistoryHidden: &hidden})
}

func slows(s *stage, l *line) error {
	chat, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseUint(l.words[1], 10, 32)
	if err != nil {
		return fmt.Errorf("slows: %w", err)
	}
	between := uint32(seconds)
	return s.setInfo(l, chat, &zolalv1.ChatInfoChange{SlowSeconds: &between})
}

func slowed(s *stage, l *line) error {
	chat, err := s.chat(l.words[0])
	if err != nil {
		return err
	}
	info := new(zolalv1.ChatInfo)
	if err := s.call(l, "Chats/Get", &zolalv1.ChatRequest{Chat: chat}, info); err != nil {
		return err
	}
	if info.GetSlowSeconds() == 0 || info.GetSentMs() == 0 {
		return fmt.Errorf("slow mode of %d seconds counts from %d", info.GetSlowSeconds(), info.GetSentMs())
	}
	return nil
}

func (s *stage) setInfo(l *line, chat uint32, change *zolalv1.ChatInfoChange) error {
	req := &zolalv1.SetInfoRequest{Chat: chat, Key: key(), Change: change}
	return s.call(l, "Chats/SetInfo", req, new(zolalv1.Receipt))
}

func blocks(s *stage, l *line) error {
	account, err := s.person(l.words[0])
	if err != nil {
		return err
	}
	req := &zolalv1.SetBlockRequest{
		Key: key(), Block: &zolalv1.Block{Account: account, Blocked: l.verb == "blocks"},
	}
	return s.call(l, "Sync/SetBlock", req, new(zolalv1.Receipt))
}

func hides(s *stage, l *line) error {
	has := func(word string) bool { return slices.Contains(l.words, word) }
	req := &zolalv1.SetPrivacyRequest{Key: key(), Privacy: &zolalv1.Privacy{
		HideReads: has("reads"), HideTyping: has("typing"), HideLastSeen: has("seen"),
		HideForwards: has("forwards"), RefuseInvites: has("invites"), Unfindable: proto.Bool(has("name")),
		Photo: zolalv1.PhotoAudience_PHOTO_AUDIENCE_EVERYBODY.Enum(),
	}}
	if has("strangers") {
		req.Privacy.Photo = zolalv1.PhotoAudience_PHOTO_AUDIENCE_CONTACTS.Enum()
	}
	if has("photo") {
		req.Privacy.Photo = zolalv1.PhotoAudience_PHOTO_AUDIENCE_NOBODY.Enum()
	}
	return s.call(l, "Sync/SetPrivacy", req, new(zolalv1.Receipt))
}

// restored has the server come back from a backup that is made at this moment; where the host of a script
// makes none, from its own store.
func restored(s *stage, _ *line) error {
	if h, ok := s.host.(interface{ ComeBack() error }); ok {
		return h.ComeBack()
	}
	return s.host.Restart()
}
