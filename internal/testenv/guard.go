// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
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

// tries guesses a password, so often or until it is refused for another reason.
func tries(s *stage, l *line) error {
	victim := s.devices[l.words[0]]
	if victim == nil {
		return fmt.Errorf("%s is not in the cast", l.words[0])
	}
	n, err := strconv.Atoi(l.words[1])
	if err != nil {
		return err
	}
	for i := range n {
		guess := fmt.Sprintf("123456 %d", i)
		_, err := zolal.SignIn(s.ctx, s.host.Address(0), options("", l.actor, &Network{}),
			&zolalv1.SignInRequest{Username: victim.name, Password: guess})
		if zolal.CodeOf(err) != zolalv1.ErrorCode_PASSWORD_WRONG {
			return cmp.Or(err, fmt.Errorf("a guess was right"))
		}
	}
	return nil
}

// lingers asks until it is refused as the line says, for as long as an end may be on its way to a connection
// that is open.
//
// AUTH-5
func lingers(s *stage, l *line) error {
	deadline := time.Now().Add(5 * time.Second)
	for {
		err := s.call(l, "Accounts/Me", &zolalv1.Empty{}, new(zolalv1.UserState))
		if (err == nil) == (l.fails == "") || time.Now().After(deadline) {
			return err
		}
	}
}

// returns signs in from a device that the account knows, at the server that the guesses went to.
func returns(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	again, err := zolal.SignIn(s.ctx, s.host.Address(0), options("", l.actor, &Network{}),
		&zolalv1.SignInRequest{Username: d.name, Password: password, DeviceProof: d.token})
	if err == nil {
		s.host.Hush(again.GetToken())
	}
	return err
}

// swarms has so many new accounts write to somebody, each until it is refused; fewer in a short run.
func swarms(s *stage, l *line) error {
	victim, err := s.person(l.words[0])
	if err != nil {
		return err
	}
	n, err := s.crowd(l.words[1])
	if err != nil {
		return err
	}
	for i := range n {
		s.started++
		pest, err := signUp(s.ctx, s.host.Address(s.started), l.actor, s.started)
		if err != nil {
			return fmt.Errorf("account %d: %w", i, err)
		}
		s.host.Hush(pest.name, pest.token)
		err = pest.insists(s, victim, l.words[2])
		pest.close()
		if err != nil {
			return fmt.Errorf("account %d: %w", i, err)
		}
	}
	return nil
}

// fills lets so many new accounts into a chat by a link.
func fills(s *stage, l *line) error {
	n, err := strconv.Atoi(l.words[1])
	for i := 0; err == nil && i < n; i++ {
		s.started++
		one, in := signUp(s.ctx, s.host.Address(s.started), l.actor, s.started)
		if in != nil {
			return fmt.Errorf("account %d: %w", i, in)
		}
		s.host.Hush(one.name, one.token)
		req := &zolalv1.JoinRequestRequest{Key: key(), Invite: s.links[l.words[0]]}
		err = one.client.Call(s.ctx, "Chats/Join", req, new(zolalv1.JoinResponse))
		one.close()
	}
	return err
}

// crowd is how many accounts a script asks for: as many as it says where sign-ups are quick.
func (s *stage) crowd(word string) (int, error) {
	n, err := strconv.Atoi(word)
	if _, real := s.host.(*Process); testing.Short() || real {
		n = min(n, 40)
	}
	return n, err
}

// insists writes until it has to wait for an answer, which must be after a few words.
func (d *device) insists(s *stage, victim uint32, text string) error {
	info := new(zolalv1.ChatInfo)
	open := &zolalv1.OpenDirectRequest{Key: key(), Account: victim}
	if err := d.client.Call(s.ctx, "Chats/OpenDirect", open, info); err != nil {
		return err
	}
	for said := 0; ; said++ {
		_, err := d.client.Text(s.ctx, info.GetId(), text)
		switch {
		case zolal.CodeOf(err) == zolalv1.ErrorCode_REQUEST_PENDING && said == 3:
			return nil
		case err != nil:
			return err
		case said == 3:
			return fmt.Errorf("four messages came through")
		}
	}
}

// beset waits until so many requests wait, and holds all of the list to being quiet.
func beset(s *stage, l *line) error {
	n, err := s.crowd(l.words[0])
	if err != nil {
		return err
	}
	return s.until(func() (bool, string) {
		list := new(zolalv1.SyncResponse)
		if err := s.call(l, "Sync/Sync", &zolalv1.SyncRequest{Limit: 1000}, list); err != nil {
			return false, err.Error()
		}
		waiting := 0
		for _, c := range list.GetChats() {
			if c.GetChat().GetMe().GetRole() != zolalv1.Role_ROLE_APPROACHED {
				continue
			}
			if waiting++; !c.GetLast().GetEnvelope().GetSilent() {
				return false, "one makes a sound"
			}
		}
		return waiting == n, fmt.Sprintf("%d wait", waiting)
	})
}
