// SPDX-License-Identifier: AGPL-3.0-or-later

package account

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
