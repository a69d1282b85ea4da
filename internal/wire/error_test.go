// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func TestCodesAreEqualToTheirProtoEnum(t *testing.T) {
	values := zolalv1.ErrorCode(0).Descriptor().Values()
	for i := range values.Len() {
		v := values.Get(i)
		if v.Number() == 0 {
			continue
		}
		if c := chat.Code(v.Number()); c.String() != string(v.Name()) {
			t.Errorf("%d is %s on the wire and %s inside", v.Number(), v.Name(), c)
		}
	}
	for c := chat.Code(1); c < 1000; c++ { // numbers have gaps
		named := !strings.HasPrefix(c.String(), "CODE_")
		if named && values.ByNumber(protoreflect.EnumNumber(c)) == nil {
			t.Errorf("%s is not on the wire", c)
		}
	}
}

// ERR-2
func TestEveryCodeHasAStatusAndARemedy(t *testing.T) {
	values := zolalv1.ErrorCode(0).Descriptor().Values()
	if len(faults) != values.Len()-1 {
		t.Errorf("%d rows for %d codes", len(faults), values.Len()-1)
	}
	for i := 1; i < values.Len(); i++ {
		code := chat.Code(values.Get(i).Number())
		if s := Status(code); s < 400 || s > 599 {
			t.Errorf("%s leaves with status %d", code, s)
		}
		if Remedy(code) == "" {
			t.Errorf("%s has no remedy", code)
		}
	}
}

func TestErrorsSurviveTheWire(t *testing.T) {
	e := &chat.Error{Code: chat.CodeSlowMode, Text: "wait", Field: "text", Retry: 1500}
	got := ErrorIn(ErrorOut(fmt.Errorf("append: %w", e)))
	if *got != *e {
		t.Errorf("sent %+v, got %+v", e, got)
	}
}

func TestWordsOfAForeignErrorStayInside(t *testing.T) {
	m := ErrorOut(errors.New("/var/lib/secret: no such file"))
	if m.GetCode() != zolalv1.ErrorCode_INTERNAL || m.GetMessage() != "" {
		t.Errorf("leaves as %v", m)
	}
	m = ErrorOut(&chat.Error{Code: 9999, Text: strings.Repeat("é", 400)})
	text := m.GetMessage()
	if m.GetCode() != zolalv1.ErrorCode_INTERNAL || len(text) > maxErrorText || !utf8.ValidString(text) {
		t.Errorf("leaves as %v", m)
	}
}

// pair is a number inside and its name on the wire.
type pair struct {
	inside int
	name   string
}

// enum is one of the wire with its numbers inside.
type enum struct {
	values protoreflect.EnumValueDescriptors
	pairs  []pair
}

// caseEnums are those of reports.
func caseEnums() []enum {
	return []enum{
		{zolalv1.Act(0).Descriptor().Values(), []pair{
			{int(chat.ActDismiss), "ACT_DISMISS"}, {int(chat.ActWarn), "ACT_WARN"},
			{int(chat.ActLimit), "ACT_LIMIT"}, {int(chat.ActSuspend), "ACT_SUSPEND"},
			{int(chat.ActTakeDown), "ACT_TAKE_DOWN"}, {int(chat.ActReverse), "ACT_REVERSE"},
			{int(chat.ActUphold), "ACT_UPHOLD"}, {int(chat.ActList), "ACT_LIST"}, {int(chat.ActLook), "ACT_LOOK"},
			{int(chat.ActReset), "ACT_RESET"}, {int(chat.ActMakeOperator), "ACT_MAKE_OPERATOR"},
			{int(chat.ActImport), "ACT_IMPORT"}, {int(chat.ActLift), "ACT_LIFT"},
			{int(chat.ActResetLink), "ACT_RESET_LINK"}, {int(chat.ActGivePassword), "ACT_GIVE_PASSWORD"},
			{int(chat.ActRemoveFactors), "ACT_REMOVE_FACTORS"},
			{int(chat.ActListInvitations), "ACT_LIST_INVITATIONS"},
			{int(chat.ActRevokeInvitation), "ACT_REVOKE_INVITATION"}, {int(chat.ActLookRecord), "ACT_LOOK_RECORD"},
			{int(chat.ActMakeAccount), "ACT_MAKE_ACCOUNT"},
			{int(chat.ActLetIn), "ACT_LET_IN"},
		}},
		{zolalv1.Desk(0).Descriptor().Values(), []pair{
			{int(chat.DeskAdmins), "DESK_ADMINS"}, {int(chat.DeskOperator), "DESK_OPERATOR"},
		}},
		{zolalv1.AppealState(0).Descriptor().Values(), []pair{
			{int(chat.AppealOpen), "APPEAL_STATE_OPEN"}, {int(chat.AppealRefused), "APPEAL_STATE_REFUSED"},
			{int(chat.AppealGranted), "APPEAL_STATE_GRANTED"},
		}},
	}
}

func TestNumbersOfEnumsAreThoseOfTheWire(t *testing.T) {
	for _, e := range append(caseEnums(), []enum{
		{zolalv1.Kind(0).Descriptor().Values(), []pair{
			{int(chat.KindChatCreated), "KIND_CHAT_CREATED"}, {int(chat.KindMessage), "KIND_MESSAGE"},
			{int(chat.KindEdit), "KIND_EDIT"}, {int(chat.KindDelete), "KIND_DELETE"},
			{int(chat.KindPin), "KIND_PIN"}, {int(chat.KindUnpin), "KIND_UNPIN"},
			{int(chat.KindMember), "KIND_MEMBER"}, {int(chat.KindChatInfo), "KIND_CHAT_INFO"},
			{int(chat.KindChatWide), "KIND_CHAT_WIDE"}, {int(chat.KindService), "KIND_SERVICE"},
			{int(chat.KindChatDeleted), "KIND_CHAT_DELETED"}, {int(chat.KindMLSCommit), "KIND_MLS_COMMIT"},
			{int(chat.KindMLSReset), "KIND_MLS_RESET"}, {int(chat.KindProfile), "KIND_PROFILE"},
			{int(chat.KindMyChat), "KIND_MY_CHAT"}, {int(chat.KindRead), "KIND_READ"},
			{int(chat.KindDraft), "KIND_DRAFT"}, {int(chat.KindPrefs), "KIND_CHAT_PREFS"},
			{int(chat.KindBlock), "KIND_BLOCK"}, {int(chat.KindPrivacy), "KIND_PRIVACY"},
			{int(chat.KindDevice), "KIND_DEVICE"}, {int(chat.KindInvitation), "KIND_INVITATION"},
			{int(chat.KindContact), "KIND_CONTACT"}, {int(chat.KindPersonal), "KIND_PERSONAL_LINK"},
			{int(chat.KindSpent), "KIND_SPENT"}, {int(chat.KindAccepted), "KIND_ACCEPTED"},
			{int(chat.KindInviteLink), "KIND_INVITE_LINK"}, {int(chat.KindJoinRequest), "KIND_JOIN_REQUEST"},
			{int(chat.KindStaffMember), "KIND_STAFF_MEMBER"}, {int(chat.KindStaffDeed), "KIND_STAFF_DEED"},
			{int(chat.KindOperatorAct), "KIND_OPERATOR_ACT"}, {int(chat.KindReport), "KIND_REPORT"},
			{int(chat.KindDecision), "KIND_DECISION"}, {int(chat.KindAppeal), "KIND_APPEAL"},
			{int(chat.KindReportKept), "KIND_REPORT_KEPT"}, {int(chat.KindReportClosed), "KIND_REPORT_CLOSED"},
			{int(chat.KindAppealKept), "KIND_APPEAL_KEPT"}, {int(chat.KindFeedback), "KIND_FEEDBACK"},
			{int(chat.KindFeedbackState), "KIND_FEEDBACK_STATE"}, {int(chat.KindFeedbackVote), "KIND_FEEDBACK_VOTE"},
			{int(chat.KindFeedbackUnvote), "KIND_FEEDBACK_UNVOTE"},
			{int(chat.KindAccountPhoto), "KIND_ACCOUNT_PHOTO"},
			{int(chat.KindAccountPhotoRemoved), "KIND_ACCOUNT_PHOTO_REMOVED"}, {79, "KIND_ACCOUNT_DELETED"},
			{int(chat.KindChatPhoto), "KIND_CHAT_PHOTO"},
			{int(chat.KindChatPhotoRemoved), "KIND_CHAT_PHOTO_REMOVED"},
		}},
		{zolalv1.ChatType(0).Descriptor().Values(), []pair{
			{int(chat.Direct), "CHAT_TYPE_DIRECT"}, {int(chat.Group), "CHAT_TYPE_GROUP"},
			{int(chat.Channel), "CHAT_TYPE_CHANNEL"}, {int(chat.Saved), "CHAT_TYPE_SAVED"},
			{int(chat.Service), "CHAT_TYPE_SERVICE"},
		}},
		{zolalv1.PhotoAudience(0).Descriptor().Values(), []pair{
			{int(chat.PhotoContacts), "PHOTO_AUDIENCE_CONTACTS"}, {int(chat.PhotoNobody), "PHOTO_AUDIENCE_NOBODY"},
		}},
		{zolalv1.Role(0).Descriptor().Values(), []pair{
			{int(chat.RoleMember), "ROLE_MEMBER"}, {int(chat.RoleAdmin), "ROLE_ADMIN"},
			{int(chat.RoleOwner), "ROLE_OWNER"}, {int(chat.RoleBanned), "ROLE_BANNED"},
			{int(chat.RoleInvited), "ROLE_INVITED"}, {int(chat.RoleRequested), "ROLE_REQUESTED"},
			{int(chat.RoleApproached), "ROLE_APPROACHED"},
		}},
		{zolalv1.Grant(0).Descriptor().Values(), []pair{
			{int(chat.GrantSend), "GRANT_SEND"}, {int(chat.GrantMedia), "GRANT_MEDIA"},
			{int(chat.GrantReact), "GRANT_REACT"}, {int(chat.GrantLinks), "GRANT_LINKS"},
			{int(chat.GrantPin), "GRANT_PIN"}, {int(chat.GrantInvite), "GRANT_INVITE"},
			{int(chat.GrantInfo), "GRANT_INFO"}, {int(chat.GrantPost), "GRANT_POST"},
			{int(chat.GrantEditAny), "GRANT_EDIT_ANY"}, {int(chat.GrantDeleteAny), "GRANT_DELETE_ANY"},
			{int(chat.GrantBan), "GRANT_BAN"}, {int(chat.GrantPromote), "GRANT_PROMOTE"},
			{int(chat.GrantOwn), "GRANT_OWN"},
		}},
		{zolalv1.EntityKind(0).Descriptor().Values(), []pair{
			{int(chat.EntityBold), "ENTITY_KIND_BOLD"}, {int(chat.EntityItalic), "ENTITY_KIND_ITALIC"},
			{int(chat.EntityUnderline), "ENTITY_KIND_UNDERLINE"},
			{int(chat.EntityStrikethrough), "ENTITY_KIND_STRIKETHROUGH"},
			{int(chat.EntitySpoiler), "ENTITY_KIND_SPOILER"}, {int(chat.EntityCode), "ENTITY_KIND_CODE"},
			{int(chat.EntityPre), "ENTITY_KIND_PRE"}, {int(chat.EntityTextLink), "ENTITY_KIND_TEXT_LINK"},
			{int(chat.EntityURL), "ENTITY_KIND_URL"}, {int(chat.EntityEmail), "ENTITY_KIND_EMAIL"},
			{int(chat.EntityPhone), "ENTITY_KIND_PHONE"}, {int(chat.EntityMention), "ENTITY_KIND_MENTION"},
			{int(chat.EntityTextMention), "ENTITY_KIND_TEXT_MENTION"},
			{int(chat.EntityHashtag), "ENTITY_KIND_HASHTAG"}, {int(chat.EntityCashtag), "ENTITY_KIND_CASHTAG"},
			{int(chat.EntityBotCommand), "ENTITY_KIND_BOT_COMMAND"},
			{int(chat.EntityBlockquote), "ENTITY_KIND_BLOCKQUOTE"},
			{int(chat.EntityExpandableBlockquote), "ENTITY_KIND_EXPANDABLE_BLOCKQUOTE"},
			{int(chat.EntityCustomEmoji), "ENTITY_KIND_CUSTOM_EMOJI"},
			{int(chat.EntityBankCard), "ENTITY_KIND_BANK_CARD"},
		}},
	}...) {
		if n := e.values.Len() - 1; n != len(e.pairs) {
			t.Errorf("%s has %d values, compared with %d", e.values.Get(0).Parent().Name(), n, len(e.pairs))
		}
		for _, p := range e.pairs {
			v := e.values.ByNumber(protoreflect.EnumNumber(p.inside))
			if v == nil || string(v.Name()) != p.name {
				t.Errorf("%s is %d inside, %v on the wire", p.name, p.inside, v)
			}
		}
	}
}
