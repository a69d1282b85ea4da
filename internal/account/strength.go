// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"strings"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/adjacency"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/matching"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	minPasswordRunes = 8
	// minScore of 0–4 is "somewhat guessable": out of reach of guessing under the limits of this package,
	// and expensive against a stolen database.
	minScore = 2
	// strengthRunes are looked at; the estimator's time grows with the square of the length.
	strengthRunes = 32
	// maxReadings bounds the estimator's other factor: it looks every reading of a password up, and signs that
	// stand for letters multiply them into thousands. Past the bound they are taken as they are.
	maxReadings = 16
)

// checkPassword refuses passwords that are short, common, or made of what everyone sees of the account. Its
// estimate takes about as long as a hash and so stands in the same queue.
func (h *hasher) checkPassword(ctx context.Context, q *queue, password string, public ...string) error {
	if err := checkForm(password); err != nil {
		return err
	}
	if err := q.enter(ctx); err != nil {
		return err
	}
	defer q.leave()
	return checkStrength(password, public...)
}

func weak(text string) error {
	return &chat.Error{Code: chat.CodePasswordWeak, Text: text, Field: "password"}
}

// checkForm is the part of checkPassword that costs nothing.
func checkForm(password string) error {
	switch {
	case len(password) > maxPasswordBytes:
		return &chat.Error{Code: chat.CodeTooLarge, Text: "the password is over 1,024 bytes", Field: "password"}
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return &chat.Error{Code: chat.CodeBadText, Text: "the password is not text", Field: "password"}
	case utf8.RuneCountInString(password) < minPasswordRunes:
		return weak("the password is shorter than 8 characters")
	}
	return nil
}

// checkStrength estimates how many guesses a password takes.
func checkStrength(password string, public ...string) error {
	runes := []rune(password)
	head := string(runes[:min(len(runes), strengthRunes)])
	tooMany := func(m match.Matcher) bool {
		return matching.FilterL33tMatcher(m) && readings(head) > maxReadings
	}
	if zxcvbn.PasswordStrength(head, public, tooMany).Score < minScore {
		return weak("the password is easy to guess; take a longer or less common one")
	}
	return nil
}

// readings bounds how many words the estimator makes of a password: one for each choice of what a sign stands
// for, and of the sign that stands for a letter.
func readings(password string) int {
	n, letters := 1, make(map[string]int)
	for _, signs := range adjacency.GraphMap[matching.L33TMatcherName].Graph {
		has := 0
		for _, sign := range signs {
			if strings.Contains(password, sign) {
				has++
				letters[sign]++
			}
		}
		n *= max(1, has)
	}
	for _, of := range letters {
		n *= of
	}
	return n
}
