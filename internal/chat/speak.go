// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

// SpeaksTo returns whom a message speaks to beside everybody in its chat, each once: whom it mentions and
// whom it replies to. It is what Project counts as mentions.
func SpeaksTo(author AccountID, m *Message) []AccountID {
	var out []AccountID
	for _, c := range mentions(author, m, 0) {
		if to, ok := c.(Mentioned); ok {
			out = append(out, to.Account)
		}
	}
	return out
}
