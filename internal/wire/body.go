// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"fmt"
	"reflect"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Codec encodes and decodes the bodies of entries. The zero Codec is ready.
type Codec struct{}

// A form is how the body of one kind of entry travels.
type form struct {
	body   reflect.Type // of the chat.Body
	encode func(chat.Body) proto.Message
	decode func([]byte) (chat.Body, error)
	erased bool // may have been erased, so that no bytes mean no body
}

// formOf makes the form of a kind whose body is *B in package chat and P on the wire.
func formOf[B any, M any, P interface {
	*M
	proto.Message
}, C interface {
	*B
	chat.Body
}](out func(C) P, in func(P) C) form {
	return form{
		body:   reflect.TypeFor[C](),
		encode: func(b chat.Body) proto.Message { return out(b.(C)) },
		decode: func(raw []byte) (chat.Body, error) {
			m := P(new(M))
			if err := Unmarshal(raw, m); err != nil {
				return nil, err
			}
			return in(m), nil
		},
	}
}

// erasable marks the form of a kind whose body may be gone from disk.
func erasable(f form) form {
	f.erased = true
	return f
}

// forms is the table of bodies by kind. Kinds that are not in it have no body, or one that only newer
// programs or clients understand.
var forms = map[chat.Kind]form{
	chat.KindChatCreated: formOf(createdOut, createdIn),
	chat.KindMessage:     erasable(formOf(messageOut, messageIn)),
	chat.KindEdit:        erasable(formOf(messageOut, messageIn)),
	chat.KindDelete:      erasable(formOf(redactionOut, redactionIn)),
	chat.KindMember:      formOf(memberChangeOut, memberChangeIn),
	chat.KindChatInfo:    formOf(infoChangeOut, infoChangeIn),
	chat.KindService:     erasable(formOf(serviceOut, serviceIn)),
	chat.KindProfile:     formOf(ProfileOut, ProfileIn),
	chat.KindMyChat:      formOf(myChatOut, myChatIn),
	chat.KindRead:        formOf(ReadMarkOut, readMarkIn),
	chat.KindDraft:       erasable(formOf(DraftOut, DraftIn)),
	chat.KindPrefs:       formOf(PrefsOut, PrefsIn),
	chat.KindBlock:       formOf(blockOut, BlockIn),
	chat.KindPrivacy:     formOf(PrivacyOut, PrivacyIn),
	chat.KindContact:     erasable(formOf(ContactOut, contactIn)),
	chat.KindPersonal:    formOf(PersonalOut, personalIn),
	chat.KindDevice:      formOf(DeviceNoticeOut, deviceNoticeIn),
	chat.KindInvitation:  formOf(InvitationOut, invitationIn),
	chat.KindSpent:       formOf(spentOut, spentIn),
	chat.KindInviteLink:  formOf(LinkOut, LinkIn),
	chat.KindJoinRequest: formOf(requestOut, requestIn),
	chat.KindStaffMember: formOf(memberChangeOut, memberChangeIn),
	chat.KindStaffDeed:   formOf(deedOut, deedIn),
	chat.KindOperatorAct: formOf(OperatorActOut, operatorActIn),
	chat.KindReport:      erasable(formOf(ReportOut, reportIn)),
	chat.KindReportKept:  erasable(formOf(ReportOut, reportIn)),
	chat.KindDecision:    formOf(decisionOut, decisionIn),
	chat.KindAppeal:      erasable(formOf(appealOut, appealIn)),
	chat.KindAppealKept:  formOf(appealKeptOut, appealKeptIn),

	chat.KindAccountDeleted: erasable(formOf(accountDeletedOut, accountDeletedIn)),

	chat.KindAccountPhoto:  erasable(formOf(photoOut, photoIn)),
	chat.KindChatPhoto:     erasable(formOf(photoOut, photoIn)),
	chat.KindFeedback:      formOf(FeedbackOut, FeedbackIn),
	chat.KindFeedbackState: formOf(FeedbackStateOut, FeedbackStateIn),
}

// encoders is the same table by the type of the body.
var encoders = byType(forms)

func byType(forms map[chat.Kind]form) map[reflect.Type]form {
	out := make(map[reflect.Type]form, len(forms))
	for _, f := range forms {
		out[f.body] = f
	}
	return out
}

// Encode returns the bytes of a body, the same for equal bodies; a nil body has none. It fails with
// chat.CodeBadText where a text is not UTF-8.
func (Codec) Encode(body chat.Body) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	f, ok := encoders[reflect.TypeOf(body)]
	if !ok {
		return nil, chat.Errorf(chat.CodeInternal, "no kind has a body %T", body)
	}
	b, err := Marshal(f.encode(body))
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", body, err)
	}
	return b, nil
}

// Decode is the inverse of Encode. It returns nil without an error for a kind without a body, for a body that
// was erased, and for a kind it does not know: that one's bytes are carried through as they are.
func (Codec) Decode(kind chat.Kind, raw []byte) (chat.Body, error) {
	f, ok := forms[kind]
	if !ok || (f.erased && len(raw) == 0) {
		return nil, nil
	}
	b, err := f.decode(raw)
	if err != nil {
		return nil, fmt.Errorf("decode kind %d: %w", kind, err)
	}
	return b, nil
}

func redactionOut(r *chat.Redaction) *zolalv1.Redaction {
	return &zolalv1.Redaction{Number: r.Number}
}

func redactionIn(r *zolalv1.Redaction) *chat.Redaction {
	return &chat.Redaction{Number: r.GetNumber()}
}

func serviceOut(s *chat.ServiceLine) *zolalv1.ServiceLine {
	return &zolalv1.ServiceLine{Action: s.Action, Values: s.Values, Imported: importedOut(s.Imported)}
}

func serviceIn(s *zolalv1.ServiceLine) *chat.ServiceLine {
	return &chat.ServiceLine{Action: s.GetAction(), Values: s.GetValues(), Imported: importedIn(s.GetImported())}
}
