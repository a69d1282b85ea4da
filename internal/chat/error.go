// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import (
	"errors"
	"fmt"
)

// Code says what went wrong; the list is closed and equal to zolal.v1.ErrorCode, by name and number.
type Code int32

// The codes. Their meaning stands beside each in proto/zolal/v1/frame.proto and in docs/protocol.md.
const (
	CodeInternal           Code = 1 // our fault; nothing was stored
	CodeUnavailable        Code = 2 // busy or stopping: try again
	CodeBadFrame           Code = 3 // not decodable
	CodeTooLarge           Code = 4
	CodeUnknownMethod      Code = 5
	CodeVersionUnsupported Code = 6
	CodeUnauthenticated    Code = 7  // no or unknown token
	CodeRevoked            Code = 8  // the token was ended
	CodeScopeMissing       Code = 9  // the token may not do this
	CodeForbidden          Code = 10 // rights in this chat
	CodeNotFound           Code = 11
	CodeBadRequest         Code = 12 // a field is missing or out of range
	CodeBadText            Code = 13 // not UTF-8, empty, or forbidden characters
	CodeTextTooLong        Code = 14
	CodeBadEntity          Code = 15 // range outside the text, or splits a character
	CodeTooMany            Code = 16 // more items than a limit allows
	CodeRateLimited        Code = 17 // see retry_ms
	CodeSlowMode           Code = 18 // see retry_ms
	CodeKeyExpired         Code = 19 // client key older than 30 days
	CodeKeyInvalid         Code = 20 // not 16 bytes, or from the future: check the clock
	CodeConflict           Code = 21 // changed meanwhile; read again
	CodeNameTaken          Code = 22
	CodeNameInvalid        Code = 23
	CodeNameConfusable     Code = 24 // looks like another name
	CodePasswordWeak       Code = 25
	CodePasswordWrong      Code = 26 // or the account does not exist
	CodeRecoveryWrong      Code = 27
	CodeSignupClosed       Code = 28
	CodeSetupInvalid       Code = 29
	CodeNotMember          Code = 30
	CodeBanned             Code = 31
	CodeRestricted         Code = 32 // may not write here, until retry_ms if set
	CodeCannotWrite        Code = 33 // this person does not take messages from you
	CodeInviteExpired      Code = 34
	CodeInviteUsedUp       Code = 35
	CodeAlreadyMember      Code = 36
	CodeChatFull           Code = 37
	CodeChatDeleted        Code = 38
	CodeTargetGone         Code = 39 // the message it refers to was deleted or never was
	CodeNotAuthor          Code = 40
	CodeOwnerCannotLeave   Code = 41 // transfer first
	CodeInvitesRefused     Code = 42
	CodeDiskFull           Code = 43 // nothing was stored
	CodeReadOnly           Code = 44 // nothing was stored
	CodePasswordRequired   Code = 45
	CodeIncarnationChanged Code = 46 // the server was restored: sync first
	CodeSuspended          Code = 47
	CodeWorkRequired       Code = 50 // a sign-up here takes the answer of a challenge
	CodePassRevoked        Code = 51 // the invitation to sign up was withdrawn
	CodeLoginTooYoung      Code = 53 // see retry_ms
	CodeLimited            Code = 56 // the operator limited the account, or what it owns, until retry_ms if set
	CodeFactorNeeded       Code = 54
	CodeFactorWrong        Code = 55
	CodeIdentityUnknown    Code = 58 // no account belongs to it yet
	CodeQuotaUsedUp        Code = 59 // see retry_ms
	CodePasskeyUnavailable Code = 60 // not at this address
	CodeMediaRefused       Code = 61 // the content is not what the kind says
	CodeFileGone           Code = 62 // no such upload of the actor's, or it ended
	CodeMediaQuota         Code = 63 // see retry_ms
	CodeUploadOffset       Code = 64
	CodeChecksumWrong      Code = 65
	CodeReviewPending      Code = 67 // a sign-up that waits for the operator; see retry_ms
	CodeRequestPending     Code = 48 // direct chats: not accepted yet
	CodeDailyLimit         Code = 49 // see retry_ms
	CodeSearchOff          Code = 69 // the operator switched searching off
	CodePushOff            Code = 79 // the operator switched pushing off
	CodeTokensFull         Code = 73 // the account has as many tokens as it may
	CodeNameResting        Code = 74 // a name that somebody gave up a short time ago; see retry_ms
	CodeNameTooOften       Code = 86 // its owner changed names too often; see retry_ms
	CodeLastWayIn          Code = 75 // without it nobody could sign in to the account
	CodeDeviceCodeWrong    Code = 82 // no device shows this code
	CodeDeviceCodeOver     Code = 83 // the code of a device was used, or it ended
	CodeOwnsChats          Code = 84 // groups or channels that have to be handed on or deleted first
	CodeLastOperator       Code = 85 // without this account nobody would run the server
)

// codeNames is indexed by Code.
var codeNames = [...]string{
	CodeInternal:           "INTERNAL",
	CodeUnavailable:        "UNAVAILABLE",
	CodeBadFrame:           "BAD_FRAME",
	CodeTooLarge:           "TOO_LARGE",
	CodeUnknownMethod:      "UNKNOWN_METHOD",
	CodeVersionUnsupported: "VERSION_UNSUPPORTED",
	CodeUnauthenticated:    "UNAUTHENTICATED",
	CodeRevoked:            "REVOKED",
	CodeScopeMissing:       "SCOPE_MISSING",
	CodeForbidden:          "FORBIDDEN",
	CodeNotFound:           "NOT_FOUND",
	CodeBadRequest:         "BAD_REQUEST",
	CodeBadText:            "BAD_TEXT",
	CodeTextTooLong:        "TEXT_TOO_LONG",
	CodeBadEntity:          "BAD_ENTITY",
	CodeTooMany:            "TOO_MANY",
	CodeRateLimited:        "RATE_LIMITED",
	CodeSlowMode:           "SLOW_MODE",
	CodeKeyExpired:         "KEY_EXPIRED",
	CodeKeyInvalid:         "KEY_INVALID",
	CodeConflict:           "CONFLICT",
	CodeNameTaken:          "NAME_TAKEN",
	CodeNameInvalid:        "NAME_INVALID",
	CodeNameConfusable:     "NAME_CONFUSABLE",
	CodePasswordWeak:       "PASSWORD_WEAK",
	CodePasswordWrong:      "PASSWORD_WRONG",
	CodeRecoveryWrong:      "RECOVERY_WRONG",
	CodeSignupClosed:       "SIGNUP_CLOSED",
	CodeSetupInvalid:       "SETUP_INVALID",
	CodeNotMember:          "NOT_MEMBER",
	CodeBanned:             "BANNED",
	CodeRestricted:         "RESTRICTED",
	CodeCannotWrite:        "CANNOT_WRITE",
	CodeInviteExpired:      "INVITE_EXPIRED",
	CodeInviteUsedUp:       "INVITE_USED_UP",
	CodeAlreadyMember:      "ALREADY_MEMBER",
	CodeChatFull:           "CHAT_FULL",
	CodeChatDeleted:        "CHAT_DELETED",
	CodeTargetGone:         "TARGET_GONE",
	CodeNotAuthor:          "NOT_AUTHOR",
	CodeOwnerCannotLeave:   "OWNER_CANNOT_LEAVE",
	CodeInvitesRefused:     "INVITES_REFUSED",
	CodeDiskFull:           "DISK_FULL",
	CodeReadOnly:           "READ_ONLY",
	CodePasswordRequired:   "PASSWORD_REQUIRED",
	CodeIncarnationChanged: "INCARNATION_CHANGED",
	CodeSuspended:          "SUSPENDED",
	CodeLoginTooYoung:      "LOGIN_TOO_YOUNG",
	CodeIdentityUnknown:    "IDENTITY_UNKNOWN",
	CodeLimited:            "LIMITED",
	CodeWorkRequired:       "WORK_REQUIRED",
	CodePassRevoked:        "PASS_REVOKED",
	CodeFactorNeeded:       "FACTOR_NEEDED",
	CodeFactorWrong:        "FACTOR_WRONG",
	CodeQuotaUsedUp:        "QUOTA_USED_UP",
	CodePasskeyUnavailable: "PASSKEY_UNAVAILABLE",
	CodeMediaRefused:       "MEDIA_REFUSED",
	CodeFileGone:           "FILE_GONE",
	CodeMediaQuota:         "MEDIA_QUOTA",
	CodeUploadOffset:       "UPLOAD_OFFSET",
	CodeChecksumWrong:      "CHECKSUM_WRONG",
	CodeReviewPending:      "REVIEW_PENDING",
	CodeRequestPending:     "REQUEST_PENDING",
	CodeDailyLimit:         "DAILY_LIMIT",
	CodeSearchOff:          "SEARCH_OFF",
	CodePushOff:            "PUSH_OFF",
	CodeTokensFull:         "TOKENS_FULL",
	CodeNameResting:        "NAME_RESTING",
	CodeNameTooOften:       "NAME_TOO_OFTEN",
	CodeLastWayIn:          "LAST_WAY_IN",
	CodeDeviceCodeWrong:    "DEVICE_CODE_WRONG",
	CodeDeviceCodeOver:     "DEVICE_CODE_OVER",
	CodeOwnsChats:          "OWNS_CHATS",
	CodeLastOperator:       "LAST_OPERATOR",
}

// String returns the stable name of the code, such as "NAME_TAKEN".
func (c Code) String() string {
	if c > 0 && int(c) < len(codeNames) && codeNames[c] != "" {
		return codeNames[c]
	}
	return fmt.Sprintf("CODE_%d", int32(c))
}

// Error is the one error type that leaves the core. Its text is for developers; people see the words of
// their catalogue for its code. It holds no content.
type Error struct {
	Code  Code
	Text  string // what happened, in English, without content
	Field string // the field to blame, or empty
	Retry Millis // how long to wait before another try, in milliseconds; 0 unknown
	Err   error  // cause, or nil
}

// Errorf makes an Error with a code and a text.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

// fieldError is an Error that blames a field.
func fieldError(code Code, field, text string) *Error {
	return &Error{Code: code, Field: field, Text: text}
}

// Error returns the code and the text.
func (e *Error) Error() string {
	s := e.Code.String()
	if e.Text != "" {
		s += ": " + e.Text
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is an Error of the same code, so that errors.Is(err, &Error{Code: c}) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// CodeOf returns the code of err: 0 for nil, CodeInternal for an error without one.
func CodeOf(err error) Code {
	if err == nil {
		return 0
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
