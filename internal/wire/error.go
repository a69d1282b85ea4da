// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"errors"
	"math"
	"net/http"
	"unicode/utf8"

	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// A fault is how an error code leaves by HTTP, and what its receiver can do about it.
type fault struct {
	status int    // of an HTTP answer
	remedy string // for docs/protocol.md
}

// faults has a row for every code.
//
// ERR-2
var faults = map[chat.Code]fault{
	chat.CodeInternal:           {http.StatusInternalServerError, "Try again with the same key."},
	chat.CodeUnavailable:        {http.StatusServiceUnavailable, "Wait retry_ms, then use the same key again."},
	chat.CodeBadFrame:           {http.StatusBadRequest, "Encode the request as its method says."},
	chat.CodeTooLarge:           {http.StatusRequestEntityTooLarge, "Send less at once; see the limits."},
	chat.CodeUnknownMethod:      {http.StatusNotFound, "Compare capabilities and versions; update."},
	chat.CodeVersionUnsupported: {http.StatusBadRequest, "Update the client, or the server."},
	chat.CodeUnauthenticated:    {http.StatusUnauthorized, "Sign in."},
	chat.CodeRevoked:            {http.StatusUnauthorized, "Sign in again; keep what was not yet sent."},
	chat.CodeScopeMissing:       {http.StatusForbidden, "Use a token with the scope of this method."},
	chat.CodeForbidden:          {http.StatusForbidden, "Ask somebody who has the right."},
	chat.CodeNotFound:           {http.StatusNotFound, "Check the id; it may have been deleted."},
	chat.CodeBadRequest:         {http.StatusBadRequest, "Correct the named field."},
	chat.CodeBadText:            {http.StatusBadRequest, "Send non-empty UTF-8 without control characters."},
	chat.CodeTextTooLong:        {http.StatusBadRequest, "Split the text."},
	chat.CodeBadEntity:          {http.StatusBadRequest, "Count offsets in UTF-16 code units."},
	chat.CodeTooMany:            {http.StatusBadRequest, "Ask for fewer; see the limits."},
	chat.CodeRateLimited:        {http.StatusTooManyRequests, "Wait retry_ms, then use the same key again."},
	chat.CodeSlowMode:           {http.StatusTooManyRequests, "Wait retry_ms; the chat is in slow mode."},
	chat.CodeKeyExpired:         {http.StatusBadRequest, "If it was not stored, use a new key."},
	chat.CodeKeyInvalid:         {http.StatusBadRequest, "Use UUID version 7 and check the clock."},
	chat.CodeConflict:           {http.StatusConflict, "Read again, then decide again."},
	chat.CodeNameTaken:          {http.StatusConflict, "Choose another name."},
	chat.CodeNameInvalid:        {http.StatusBadRequest, "5–32 letters, digits or underscores, a letter first."},
	chat.CodeNameConfusable:     {http.StatusConflict, "Choose a name that does not look like another."},
	chat.CodePasswordWeak:       {http.StatusBadRequest, "Choose a longer password."},
	chat.CodePasswordWrong:      {http.StatusForbidden, "Check username and password, or recover."},
	chat.CodeRecoveryWrong:      {http.StatusForbidden, "Check the recovery code."},
	chat.CodeSignupClosed:       {http.StatusForbidden, "Ask the operator for an invitation."},
	chat.CodeSetupInvalid:       {http.StatusForbidden, "Use the link printed by the server at its start."},
	chat.CodeNotMember:          {http.StatusForbidden, "Join first."},
	chat.CodeBanned:             {http.StatusForbidden, "Ask the chat's admins."},
	chat.CodeRestricted:         {http.StatusForbidden, "Wait retry_ms if set, or ask the chat's admins."},
	chat.CodeCannotWrite:        {http.StatusForbidden, "None: this person does not want it."},
	chat.CodeInviteExpired:      {http.StatusGone, "Ask for a new invite link."},
	chat.CodeInviteUsedUp:       {http.StatusGone, "Ask for a new invite link."},
	chat.CodeAlreadyMember:      {http.StatusConflict, "Nothing to do."},
	chat.CodeChatFull:           {http.StatusConflict, "Use a channel, or another group."},
	chat.CodeChatDeleted:        {http.StatusGone, "Remove it from the list."},
	chat.CodeTargetGone:         {http.StatusGone, "Read again."},
	chat.CodeNotAuthor:          {http.StatusForbidden, "Only its author may."},
	chat.CodeOwnerCannotLeave:   {http.StatusConflict, "Transfer the ownership first."},
	chat.CodeInvitesRefused:     {http.StatusForbidden, "Send an invite link instead."},
	chat.CodeDiskFull:           {http.StatusInsufficientStorage, "Keep it and try later."},
	chat.CodeReadOnly:           {http.StatusServiceUnavailable, "Keep it and try later."},
	chat.CodePasswordRequired:   {http.StatusForbidden, "Ask for the password and send it along."},
	chat.CodeIncarnationChanged: {http.StatusConflict, "Sync first: the server was restored."},
	chat.CodeRequestPending:     {http.StatusForbidden, "Wait until it is accepted."},
	chat.CodeDailyLimit:         {http.StatusTooManyRequests, "Wait retry_ms; so much is allowed in a day."},
	chat.CodeSearchOff:          {http.StatusForbidden, "None: the operator wants no searching here."},
	chat.CodePushOff:            {http.StatusForbidden, "None: the operator wants no pushing here."},
	chat.CodeTokensFull:         {http.StatusConflict, "End a token that is not needed."},
	chat.CodeNameResting:        {http.StatusConflict, "Choose another name, or wait retry_ms."},
	chat.CodeDeviceCodeWrong:    {http.StatusNotFound, "Type again what the device shows."},
	chat.CodeDeviceCodeOver:     {http.StatusGone, "Type the code that the device shows now."},
	chat.CodeOwnsChats:          {http.StatusConflict, "Transfer or delete the chats it owns first."},
	chat.CodeLastOperator:       {http.StatusConflict, "Make another account an operator first."},
	chat.CodeNameTooOften:       {http.StatusTooManyRequests, "Keep the name, take one back, or wait retry_ms."},
	chat.CodeLastWayIn:          {http.StatusConflict, "Get another way in first, such as a password."},
	chat.CodeSuspended:          {http.StatusForbidden, "Ask the operator; a public reason code is given."},
	chat.CodeLoginTooYoung: {http.StatusForbidden,
		"Wait retry_ms, or let an older device or the recovery code vouch for this one."},
	chat.CodeLimited:         {http.StatusForbidden, "Wait retry_ms if set, or appeal; see Reports/Acts."},
	chat.CodeIdentityUnknown: {http.StatusForbidden, "Ask for a username, or for one's account."},
	chat.CodeWorkRequired:    {http.StatusForbidden, "Solve what `Accounts/Challenge` gives; send it along."},
	chat.CodePassRevoked:     {http.StatusGone, "Ask for a new invitation."},
	chat.CodeFactorNeeded: {http.StatusForbidden,
		"Ask for a code of the second factor, or for a passkey where the field says so, and send it along."},
	chat.CodeFactorWrong: {http.StatusForbidden, "Wait for the next code, or use a backup code or a passkey."},
	chat.CodeQuotaUsedUp: {http.StatusTooManyRequests, "Wait retry_ms: the next day has another share."},
	chat.CodePasskeyUnavailable: {http.StatusConflict,
		"Use another way in: passkeys work at the server's own domain by HTTPS, and at localhost."},
	chat.CodeMediaRefused:  {http.StatusUnsupportedMediaType, "Send it as a file, or choose another."},
	chat.CodeFileGone:      {http.StatusGone, "Upload it again."},
	chat.CodeMediaQuota:    {http.StatusTooManyRequests, "Wait retry_ms, or delete what is not needed."},
	chat.CodeUploadOffset:  {http.StatusConflict, "Ask by `HEAD` where the upload is, and go on from there."},
	chat.CodeChecksumWrong: {460, "Send that part again."},
	chat.CodeReviewPending: {http.StatusForbidden, "Wait for the operator; ask again with the same key."},
}

// maxErrorText bounds the text of an error, in bytes.
const maxErrorText = 300

// ErrorOut encodes an error. Only a *chat.Error shows its text and field: the words of any other error may
// tell what is nobody's business, so it becomes INTERNAL.
//
// ERR-1
func ErrorOut(err error) *zolalv1.Error {
	var e *chat.Error
	if !errors.As(err, &e) {
		return &zolalv1.Error{Code: zolalv1.ErrorCode_INTERNAL}
	}
	code := e.Code
	if _, known := faults[code]; !known {
		code = chat.CodeInternal
	}
	return &zolalv1.Error{
		Code: zolalv1.ErrorCode(code), Message: shown(e.Text), Field: shown(e.Field),
		RetryMs: uint32(min(max(e.Retry, 0), math.MaxUint32)),
	}
}

// ErrorIn decodes an error.
func ErrorIn(e *zolalv1.Error) *chat.Error {
	return &chat.Error{
		Code: chat.Code(e.GetCode()), Text: e.GetMessage(), Field: e.GetField(),
		Retry: chat.Millis(e.GetRetryMs()),
	}
}

// shown makes a text fit to travel: short and UTF-8.
func shown(s string) string {
	if len(s) > maxErrorText {
		s = s[:maxErrorText]
		for !utf8.ValidString(s) && len(s) > maxErrorText-utf8.UTFMax {
			s = s[:len(s)-1]
		}
	}
	if !utf8.ValidString(s) {
		return ""
	}
	return s
}

// Status returns the HTTP status of a code.
func Status(code chat.Code) int {
	if f, ok := faults[code]; ok {
		return f.status
	}
	return http.StatusInternalServerError
}

// Remedy returns what the receiver of a code can do, for documents.
func Remedy(code chat.Code) string { return faults[code].remedy }
