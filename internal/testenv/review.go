// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// reviewVerbs are the words of scripts about newcomers whom the operator has to approve.
func reviewVerbs() map[string]func(*stage, *line) error {
	return map[string]func(*stage, *line) error{
		"applies":  applies, // mina applies [anew] [under sara] [name N] (signs up with her form, or another)
		"knocks":   knocks,  // mina knocks (signs in with what she typed, from another device)
		"floods":   floods,  // eve floods N (that many more apply, each with a form of its own)
		"welcomes": greets,  // boss welcomes mina
		"declines": greets,  // boss declines mina
		"queue":    queue,   // boss queue mina sara … (who waits, the first first) | boss queue N
	}
}

// form is what somebody typed into the form of sign-up: each retry sends the same.
type form struct {
	key      []byte
	username string
}

// form finds what somebody typed, who is in no cast yet.
func (s *stage) form(name string, anew bool) *form {
	f := s.forms[name]
	if f == nil || anew {
		now := time.Now()
		f = &form{key: zolal.NewKey(now), username: fmt.Sprintf("%s_script%d", name, now.UnixNano()%1e9)}
		s.forms[name] = f
		s.host.Hush(f.username)
	}
	return f
}

func (s *stage) apply(f *form, name string) (*device, error) {
	s.started++
	n := &Network{}
	session, err := zolal.SignUp(s.ctx, s.host.Address(s.started), options("", name, n), &zolalv1.SignUpRequest{
		Key: f.key, Username: f.username, Password: password, Name: name, Recovery: make([]byte, 32),
	})
	if err != nil {
		return nil, fmt.Errorf("sign up %s: %w", name, err)
	}
	s.host.Hush(session.GetToken())
	return connect(s.ctx, s.host.Address(s.started), session, n, name)
}

// applies sends the form of somebody; a second name in the same form takes the place of the first.
func applies(s *stage, l *line) error {
	f := *s.form(l.actor, slices.Contains(l.words, "anew"))
	if i := slices.Index(l.words, "under"); i >= 0 {
		f.username = s.form(l.words[i+1], false).username
	}
	if i := slices.Index(l.words, "name"); i >= 0 {
		f.username += l.words[i+1]
		s.host.Hush(f.username)
	}
	d, err := s.apply(&f, l.actor)
	if err == nil {
		s.devices[l.actor] = d
	}
	return err
}

func knocks(s *stage, l *line) error {
	s.started++
	d, err := signIn(s.ctx, s.host.Address(s.started), s.form(l.actor, false).username, l.actor)
	if err == nil {
		s.host.Hush(d.token)
		s.devices[l.actor] = d
	}
	return err
}

func floods(s *stage, l *line) error {
	n, err := numberAfter(&line{words: append([]string{"floods"}, l.words...)}, "floods", 0)
	for i := uint32(0); err == nil && i < n; i++ {
		_, err = s.apply(s.form(fmt.Sprintf("%s%d", l.actor, s.started), true), l.actor)
		if zolal.CodeOf(err) == zolalv1.ErrorCode_REVIEW_PENDING {
			err = nil
		}
	}
	return err
}

func greets(s *stage, l *line) error {
	req := &zolalv1.DecideNewcomerRequest{
		Username: s.form(l.words[0], false).username, Accept: l.verb == "welcomes",
	}
	return s.call(l, "Newcomers/Decide", req, new(zolalv1.Empty))
}

// queue compares who waits with names, or with a number.
func queue(s *stage, l *line) error {
	out := new(zolalv1.NewcomersResponse)
	if err := s.call(l, "Newcomers/List", &zolalv1.Empty{}, out); err != nil {
		return err
	}
	var got []string
	for _, n := range out.GetNewcomers() {
		if !n.GetRefused() {
			got = append(got, n.GetName())
		}
	}
	if len(l.words) == 1 && strings.Trim(l.words[0], "0123456789") == "" {
		got = []string{fmt.Sprint(len(got))}
	}
	if !slices.Equal(got, l.words) {
		return fmt.Errorf("there wait %s", cmp.Or(strings.Join(got, " "), "none"))
	}
	return nil
}
