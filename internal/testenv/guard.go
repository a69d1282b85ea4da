// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"fmt"
	"slices"
	"strings"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// deviceOf returns the number of a device of the actor of a line: "phone", or "first" for the one of the
// sign-up.
func (s *stage) deviceOf(l *line, word string) (uint32, error) {
	name, _, _ := strings.Cut(l.actor, "/")
	if word != "first" {
		name += "/" + word
	}
	d := s.devices[name]
	if d == nil {
		return 0, fmt.Errorf("%s is not in the cast", name)
	}
	return d.device, nil
}

func ends(s *stage, l *line) error {
	req := new(zolalv1.RevokeDeviceRequest)
	if l.words[0] != "others" {
		var err error
		if req.Device, err = s.deviceOf(l, l.words[0]); err != nil {
			return err
		}
	}
	return s.call(l, "Accounts/RevokeDevice", req, new(zolalv1.Empty))
}

func vouches(s *stage, l *line) error {
	device, err := s.deviceOf(l, l.words[0])
	if err != nil {
		return err
	}
	return s.call(l, "Security/Vouch", &zolalv1.VouchRequest{Device: device}, new(zolalv1.Empty))
}

func keeps(s *stage, l *line) error {
	req := &zolalv1.CheckRecoveryRequest{Recovery: make([]byte, 32)} // as signUp has it
	if l.words[0] == "wrong" {
		req.Recovery[0] = 1
	}
	return s.call(l, "Security/CheckRecovery", req, new(zolalv1.Empty))
}

// replaces puts what is there in its own place, which is a change like any other.
func replaces(s *stage, l *line) error {
	if l.words[0] == "password" {
		req := &zolalv1.SetPasswordRequest{OldPassword: password, NewPassword: password, KeepDevices: true}
		return s.call(l, "Accounts/SetPassword", req, new(zolalv1.Empty))
	}
	req := &zolalv1.SetRecoveryRequest{Password: password, Recovery: make([]byte, 32)}
	return s.call(l, "Accounts/SetRecovery", req, new(zolalv1.Empty))
}

func told(s *stage, l *line) error {
	return s.until(func() (bool, string) {
		state := new(zolalv1.SecurityState)
		if err := s.call(l, "Security/State", &zolalv1.Empty{}, state); err != nil {
			return false, err.Error()
		}
		var got []string
		for _, n := range state.GetNotices() {
			got = append(got, n.GetNotice().GetReason())
		}
		if n := len(got) - len(l.words); n > 0 {
			got = got[n:]
		}
		return slices.Equal(got, l.words), fmt.Sprintf("told %q", got)
	})
}
