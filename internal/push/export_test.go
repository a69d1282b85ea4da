// SPDX-License-Identifier: AGPL-3.0-or-later

package push

import "github.com/zolal-im/zolal/internal/chat"

// Idle reports whether nothing waits and no push is under way.
func (s *Service) Idle() bool {
	waiting, _ := s.queue.size()
	return waiting == 0 && len(s.slots) == 0
}

// Wants reports whether a device is woken.
func (s Settings) Wants(kind chat.ChatType, muted chat.Millis, mention bool, now chat.Millis) bool {
	return s.wants(kind, muted, mention, now)
}
