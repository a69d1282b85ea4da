// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"strings"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	minPasswordRunes = 8
	// minScore of 0–4 is "somewhat guessable": out of reach of guessing under the limits of this package,
	// and expensive against a stolen database.
	minScore = 2
	// strengthRunes are looked at; the estimator's time grows faster than length.
	strengthRunes = 64
)

// checkPassword refuses passwords that are short, common, or made of what everyone sees of the account.
func checkPassword(password string, public ...string) error {
	weak := func(text string) error {
		return &chat.Error{Code: chat.CodePasswordWeak, Text: text, Field: "password"}
	}
	switch {
	case len(password) > maxPasswordBytes:
		return &chat.Error{Code: chat.CodeTooLarge, Text: "the password is over 1,024 bytes", Field: "password"}
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return &chat.Error{Code: chat.CodeBadText, Text: "the password is not text", Field: "password"}
	case utf8.RuneCountInString(password) < minPasswordRunes:
		return weak("the password is shorter than 8 characters")
	}
	runes := []rune(password)
	head := string(runes[:min(len(runes), strengthRunes)])
	if zxcvbn.PasswordStrength(head, public).Score < minScore {
		return weak("the password is easy to guess; take a longer or less common one")
	}
	return nil
}
