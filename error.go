// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"errors"
	"time"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Error is what a server answers when it cannot do what was asked.
type Error struct {
	Code  zolalv1.ErrorCode
	Text  string        // for developers
	Field string        // the field to blame, or empty
	Retry time.Duration // when to try again; 0 unknown
}

// Error returns the code's name and the text.
func (e *Error) Error() string {
	if e.Text == "" {
		return e.Code.String()
	}
	return e.Code.String() + ": " + e.Text
}

// ErrInterfering means that something answered which is not the server: a captive portal, a filter's page,
// a proxy's error. Nothing was acknowledged and nothing is lost.
var ErrInterfering = errors.New("this network is interfering: the answer did not come from the server")

// ErrClosed means that the connection or client was closed.
var ErrClosed = errors.New("closed")

// CodeOf returns the code of an error that the server answered, 0 for any other error.
func CodeOf(err error) zolalv1.ErrorCode {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func fromWire(e *zolalv1.Error) *Error {
	return &Error{
		Code: e.GetCode(), Text: e.GetMessage(), Field: e.GetField(),
		Retry: time.Duration(e.GetRetryMs()) * time.Millisecond,
	}
}

// temporary reports whether the same call may succeed later without anything being changed.
func temporary(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return true // the network's fault
	}
	switch e.Code {
	case zolalv1.ErrorCode_UNAVAILABLE, zolalv1.ErrorCode_RATE_LIMITED, zolalv1.ErrorCode_SLOW_MODE,
		zolalv1.ErrorCode_INTERNAL, zolalv1.ErrorCode_DISK_FULL, zolalv1.ErrorCode_READ_ONLY,
		zolalv1.ErrorCode_INCARNATION_CHANGED:
		return true
	}
	return false
}
