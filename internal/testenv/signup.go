// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// operator signs the operator in, who is in no cast.
func operator(s *stage, l *line) error { return s.operate(l.words[0], "operator") }

// operate signs the operator in as somebody and shows the recovery code, without which the new device would
// have no say for a day: the server was set up on another.
func (s *stage) operate(as, device string) error {
	d, err := signIn(s.ctx, s.host.Address(s.started), "test_operator", device)
	if err != nil {
		return err
	}
	s.host.Hush(d.token)
	s.devices[as] = d
	state, code := new(zolalv1.SecurityState), make([]byte, 32)
	if err := d.client.Call(s.ctx, "Security/State", &zolalv1.Empty{}, state); err != nil {
		return err
	}
	if state.GetWaitsMs() == 0 && !state.GetRecoverySet() { // made at the console, so this one is the first
		req := &zolalv1.SetRecoveryRequest{Password: password, Recovery: code}
		return d.client.Call(s.ctx, "Accounts/SetRecovery", req, new(zolalv1.Empty))
	}
	return d.client.Call(s.ctx, "Security/CheckRecovery", &zolalv1.CheckRecoveryRequest{Recovery: code},
		new(zolalv1.Empty))
}

// numberAfter reads "word N" among the words of a line; other where it is not there.
func numberAfter(l *line, word string, other uint32) (uint32, error) {
	i := slices.Index(l.words, word)
	if i < 0 {
		return other, nil
	}
	if i+1 == len(l.words) {
		return 0, fmt.Errorf("%s needs a number", word)
	}
	n, err := strconv.ParseUint(l.words[i+1], 10, 32)
	return uint32(n), err
}

// admitsAs sets the rules of sign-up.
func admitsAs(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	now := new(zolalv1.SignupRules)
	if err := d.client.Call(s.ctx, "Accounts/Signup", &zolalv1.Empty{}, now); err != nil {
		return err
	}
	work, err := numberAfter(l, "work", 0)
	if err != nil {
		return err
	}
	members, err := numberAfter(l, "members", 0)
	if err != nil {
		return err
	}
	return d.client.Call(s.ctx, "Accounts/SetSignup", &zolalv1.SetSignupRequest{
		Version: now.GetVersion(), Mode: l.words[0], Work: work, Members: members, Confirmed: true,
		Review: proto.Bool(slices.Contains(l.words, "review")),
	}, new(zolalv1.SignupRules))
}

// issues makes a pass and names it.
func issues(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	uses, err := numberAfter(l, "uses", 1)
	if err != nil {
		return err
	}
	made := new(zolalv1.CreatedPass)
	err = d.client.Call(s.ctx, "Accounts/CreatePass",
		&zolalv1.CreatePassRequest{Key: zolal.NewKey(time.Now()), Limit: uses}, made)
	if err != nil {
		return err
	}
	s.host.Hush(made.GetSecret())
	name := l.words[len(l.words)-1]
	s.links[name], s.links["id of "+name] = made.GetSecret(), made.GetPass().GetId()
	return nil
}

// voids revokes a pass.
func voids(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	return d.client.Call(s.ctx, "Accounts/RevokePass",
		&zolalv1.RevokePassRequest{Id: s.links["id of "+l.words[0]]}, new(zolalv1.Empty))
}

// counted compares how many signed up by a pass.
func counted(s *stage, l *line) error {
	d, err := s.device(l)
	if err != nil {
		return err
	}
	list := new(zolalv1.PassesResponse)
	if err := d.client.Call(s.ctx, "Accounts/Passes", &zolalv1.PassesRequest{}, list); err != nil {
		return err
	}
	for _, p := range list.GetPasses() {
		if p.GetId() == s.links["id of "+l.words[0]] && strconv.Itoa(int(p.GetUsed())) == l.words[1] {
			return nil
		}
	}
	return fmt.Errorf("the passes are %v", list.GetPasses())
}

// arrives signs somebody up who is not in the cast yet, by a pass where one is named.
func arrives(s *stage, l *line) error {
	s.started++
	secret := ""
	if len(l.words) == 2 && l.words[0] == "by" {
		secret = cmp.Or(s.links[l.words[1]], l.words[1])
	}
	who := newcomer{l.actor, int(time.Now().UnixNano() % 1e9), secret}
	d, err := signUpBy(s.ctx, s.host.Address(s.started), who)
	if err != nil {
		return err
	}
	s.devices[l.actor] = d
	s.host.Hush(d.name, d.token)
	return nil
}
