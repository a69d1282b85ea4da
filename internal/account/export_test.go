// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import "github.com/zolal-im/zolal/internal/chat"

// Occupy takes every place where the passwords of strangers are checked, and gives them back.
func (s *Service) Occupy() (free func()) {
	q := s.hashes.strangers
	for range cap(q.wait) {
		q.wait <- struct{}{}
	}
	return func() {
		for range cap(q.wait) {
			<-q.wait
		}
	}
}

// TakeTurn stands in the line of the known for a device until done.
func (s *Service) TakeTurn(who chat.AccountID, device chat.DeviceID) (done func(), err error) {
	return s.hashes.turn(who, device)
}

// Right reports whether the counter solves the challenge.
func (w *Work) Right() (bool, error) { return w.right() }
