// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/zolal-im/zolal/internal/chat"
)

// tokenPrefix lets scanners of leaked secrets recognise a token.
const tokenPrefix = "zolal_"

// newToken makes 32 random bytes and writes them as text.
func newToken() (token string, hash TokenHash) {
	var raw [32]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	token = tokenPrefix + base64.RawURLEncoding.EncodeToString(raw[:])
	return token, sha256.Sum256([]byte(token))
}

// hashToken hashes what looks like a token; false for anything else, which no lookup is spent on.
func hashToken(token string) (TokenHash, bool) {
	if len(token) != len(tokenPrefix)+43 || !strings.HasPrefix(token, tokenPrefix) {
		return TokenHash{}, false
	}
	return sha256.Sum256([]byte(token)), true
}

// parseScopes refuses unknown words, and an empty list: a token that may do nothing is a mistake.
func parseScopes(words []string) (chat.Scopes, error) {
	var s chat.Scopes
	for _, w := range words {
		bit, ok := chat.ScopeOf(w)
		if !ok {
			return 0, &chat.Error{Code: chat.CodeBadRequest, Text: "unknown scope", Field: "scopes"}
		}
		s |= bit
	}
	if s == 0 {
		return 0, &chat.Error{Code: chat.CodeBadRequest, Text: "no scope given", Field: "scopes"}
	}
	return s, nil
}
