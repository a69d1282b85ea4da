// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"fmt"
	"strings"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"

	"github.com/zolal-im/zolal"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// wholeKey is the size of a public key in COSE with both its coordinates whole: the library leaves zeros out
// that one begins with, which the standard forbids.
const wholeKey = 77

// ownPage is a page of this machine, the only one that passkeys of a script's server are for.
var ownPage = virtualwebauthn.RelyingParty{ID: "localhost", Name: "Zolal", Origin: "http://localhost:1"}

// safe is what somebody keeps to get in by, and what waits to be let in.
type safe struct {
	secret  string   // of an authenticator
	backup  []string // codes in its place
	keys    map[string]*passkey
	pending map[string]*asking // by device
}

// passkey is an authenticator with one key.
type passkey struct {
	auth virtualwebauthn.Authenticator
	key  virtualwebauthn.Credential
	id   string
}

// asking is a device that waits to be let in.
type asking struct {
	session *zolalv1.Session
	address string
	code    string // that it shows beside its QR code
}

// owner is the name of whom a line is about.
func (l *line) owner() string {
	name, _, _ := strings.Cut(l.actor, "/")
	return name
}

// safe returns what the person of a line keeps.
func (s *stage) safe(l *line) *safe {
	if s.safes[l.owner()] == nil {
		s.safes[l.owner()] = &safe{keys: map[string]*passkey{}, pending: map[string]*asking{}}
	}
	return s.safes[l.owner()]
}

// factorVerbs are those about second factors, passkeys, and old devices that let new ones in.
func factorVerbs() map[string]func(*stage, *line) error {
	return map[string]func(*stage, *line) error{
		"guards":   guards,   // sara guards (codes of an authenticator are her second factor)
		"unguards": unguards, // sara unguards
		"holds":    holds,    // sara holds key (a passkey)
		"discards": discards, // sara discards key
		"signs":    signs,    // sara signs phone by password|code|backup|recovery|key [beside password]
		"asks":     asks,     // sara asks phone (it shows a code, for an old device)
		"spells":   spells,   // sara spells phone (types the code that it shows)
		"allows":   allows,   // sara allows phone | reza allows sara/phone
		"denies":   allows,   // sara denies phone
		"comes":    comes,    // sara comes phone (once it was allowed)
		"approves": approves, // sara approves logins|none (new devices wait for an old one)
	}
}

func guards(s *stage, l *line) error {
	made := new(zolalv1.NewFactor)
	if err := s.call(l, "Security/BeginFactor", &zolalv1.PasswordRequest{Password: password}, made); err != nil {
		return err
	}
	code, err := totp.GenerateCode(made.GetSecret(), time.Now())
	if err != nil {
		return err
	}
	codes := new(zolalv1.BackupCodes)
	if err := s.call(l, "Security/EnableFactor", &zolalv1.EnableFactorRequest{Code: code}, codes); err != nil {
		return err
	}
	own := s.safe(l)
	own.secret, own.backup = made.GetSecret(), codes.GetCodes()
	s.host.Hush(append(own.backup, own.secret)...)
	return nil
}

func unguards(s *stage, l *line) error {
	return s.call(l, "Security/DisableFactor", &zolalv1.PasswordRequest{Password: password}, new(zolalv1.Empty))
}

// newPasskey makes an authenticator with a key.
func newPasskey() *passkey {
	for {
		key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		if len(key.Key.AttestationData()) == wholeKey {
			return &passkey{auth: virtualwebauthn.NewAuthenticator(), key: key}
		}
	}
}

func holds(s *stage, l *line) error {
	q := new(zolalv1.PasskeyQuestion)
	if err := s.call(l, "Passkeys/Begin", &zolalv1.PasswordRequest{Password: password}, q); err != nil {
		return err
	}
	options, err := virtualwebauthn.ParseAttestationOptions(q.GetOptions())
	if err != nil {
		return err
	}
	k, own := newPasskey(), s.safe(l)
	k.auth.Options.UserHandle = []byte(options.UserID)
	codes := new(zolalv1.BackupCodes)
	req := &zolalv1.AddPasskeyRequest{Name: l.words[0],
		Answer: virtualwebauthn.CreateAttestationResponse(ownPage, k.auth, k.key, *options)}
	if err := s.call(l, "Passkeys/Add", req, codes); err != nil {
		return err
	}
	if len(codes.GetCodes()) > 0 {
		own.backup = codes.GetCodes()
		s.host.Hush(own.backup...)
	}
	list := new(zolalv1.PasskeyList)
	if err := s.call(l, "Passkeys/List", &zolalv1.Empty{}, list); err != nil {
		return err
	}
	k.id = list.GetPasskeys()[len(list.GetPasskeys())-1].GetId()
	own.keys[l.words[0]] = k
	return nil
}

func discards(s *stage, l *line) error {
	k := s.safe(l).keys[l.words[0]]
	if k == nil {
		return fmt.Errorf("%s holds no %s", l.owner(), l.words[0])
	}
	return s.call(l, "Passkeys/Remove", &zolalv1.RemovePasskeyRequest{Id: k.id, Password: password},
		new(zolalv1.Empty))
}

// show is what a passkey answers.
func (k *passkey) show(q *zolalv1.PasskeyQuestion) (string, error) {
	options, err := virtualwebauthn.ParseAssertionOptions(q.GetOptions())
	if err != nil {
		return "", err
	}
	k.key.Counter++
	return virtualwebauthn.CreateAssertionResponse(ownPage, k.auth, k.key, *options), nil
}

// signs signs a new device in, or leaves it waiting.
func signs(s *stage, l *line) error {
	owner := s.devices[l.owner()]
	if owner == nil || len(l.words) < 3 {
		return fmt.Errorf("sara signs phone by password")
	}
	s.started++
	a := &asking{address: s.host.Address(s.started)}
	n := &Network{}
	o := options("", l.words[0], n)
	var err error
	if a.session, err = s.comeIn(l, a.address, o, owner.name); err != nil {
		return err
	}
	if a.session.GetPending() != "" {
		s.safe(l).pending[l.words[0]] = a
		s.host.Hush(a.session.GetToken())
		return nil
	}
	return s.arrived(l, a)
}

// comeIn signs in as the words of a line say.
func (s *stage) comeIn(l *line, address string, o zolal.Options, username string) (*zolalv1.Session, error) {
	own, by := s.safe(l), l.words[2]
	req := &zolalv1.SignInRequest{Username: username, Password: password}
	switch by {
	case "password":
	case "code":
		code, err := totp.GenerateCode(own.secret, time.Now().Add(30*time.Second)) // the one of now may be used
		if err != nil {
			return nil, err
		}
		req.Code = code
	case "backup":
		if len(own.backup) == 0 {
			return nil, fmt.Errorf("no backup codes")
		}
		req.Code, own.backup = own.backup[0], own.backup[1:]
	case "recovery":
		req.Recovery = make([]byte, 32) // as signUp has it
	default:
		k := own.keys[by]
		if k == nil {
			return nil, fmt.Errorf("%s holds no %s", l.owner(), by)
		}
		if len(l.words) == 3 {
			return zolal.SignInByPasskey(s.ctx, address, o, k.show)
		}
		return zolal.SignInBeside(s.ctx, address, o, req, k.show)
	}
	return zolal.SignIn(s.ctx, address, o, req)
}

// arrived connects a device that was let in.
func (s *stage) arrived(l *line, a *asking) error {
	d, err := connect(s.ctx, a.address, a.session, &Network{}, l.words[0])
	if err != nil {
		return err
	}
	s.host.Hush(d.token)
	s.devices[l.owner()+"/"+l.words[0]] = d
	return nil
}

func asks(s *stage, l *line) error {
	s.started++
	a := &asking{address: s.host.Address(s.started)}
	var err error
	if a.session, err = zolal.Ask(s.ctx, a.address, options("", l.words[0], &Network{})); err != nil {
		return err
	}
	a.code = a.session.GetCode()
	s.host.Hush(a.session.GetToken(), a.code)
	s.safe(l).pending[l.words[0]] = a
	return nil
}

func (s *stage) waiting(l *line) (*asking, error) {
	who, device, other := strings.Cut(l.words[0], "/")
	if !other {
		who, device = l.owner(), l.words[0]
	}
	if own := s.safes[who]; own != nil && own.pending[device] != nil {
		return own.pending[device], nil
	}
	return nil, fmt.Errorf("%s does not wait", l.words[0])
}

// spells finds what waits by its code, written as it is shown in Persian.
func spells(s *stage, l *line) error {
	a, err := s.waiting(l)
	if err != nil {
		return err
	}
	typed := strings.Map(func(r rune) rune { return r - '0' + '۰' }, a.code)
	asked := new(zolalv1.Asking)
	if err := s.call(l, "Security/Asked", &zolalv1.AskedRequest{Code: typed}, asked); err != nil {
		return err
	}
	if asked.GetPending() != a.session.GetPending() {
		return fmt.Errorf("the code leads to %v", asked)
	}
	return nil
}

func allows(s *stage, l *line) error {
	a, err := s.waiting(l)
	if err != nil {
		return err
	}
	req := &zolalv1.AnswerAskingRequest{Pending: a.session.GetPending(), Yes: l.verb == "allows"}
	return s.call(l, "Security/Answer", req, new(zolalv1.Empty))
}

func comes(s *stage, l *line) error {
	a, err := s.waiting(l)
	if err != nil {
		return err
	}
	o := options("", l.words[0], &Network{})
	if a.session, err = zolal.Await(s.ctx, a.address, o, a.session); err != nil {
		return err
	}
	return s.arrived(l, a)
}

func approves(s *stage, l *line) error {
	req := &zolalv1.SetApprovalRequest{Password: password, On: l.words[0] == "logins"}
	return s.call(l, "Security/SetApproval", req, new(zolalv1.Empty))
}
