// SPDX-License-Identifier: AGPL-3.0-or-later

package account

// Occupy takes every place where passwords are checked, and gives them back.
func (s *Service) Occupy() (free func()) {
	for range cap(s.hashes.wait) {
		s.hashes.wait <- struct{}{}
	}
	return func() {
		for range cap(s.hashes.wait) {
			<-s.hashes.wait
		}
	}
}
