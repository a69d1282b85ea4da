// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// askLives is for how long a code that a new device shows may be answered: a hand is slower than a camera,
	// and on a phone that has both ends of it somebody goes to and fro.
	askLives = 5 * time.Minute
	// waitLives is for how long a sign-in with the password waits for an old device.
	waitLives = 10 * time.Minute
	// letInLives is for how long a device that was let in may hear of it: one in the background does not ask.
	letInLives = time.Hour
)

// asking is the data of a CredentialAsking: a device that is not signed in, and the hash of the token that it
// will have. Its ID is public, and shown to whoever looks at its screen; the token never leaves the device
// but to ask for the answer.
type asking struct {
	Token   []byte        `json:"token"`
	Device  string        `json:"device"`
	Client  string        `json:"client"`
	Version string        `json:"version"`
	Build   string        `json:"build"`
	Refused bool          `json:"refused,omitempty"`
	Made    chat.DeviceID `json:"made,omitempty"` // approved: the device it became
	Ends    chat.Millis   `json:"ends,omitempty"` // when that device ends by itself
	Link    *pendingLink  `json:"link,omitempty"` // approved: the identity that the account is linked to
}

// pendingLink is the link of an identity that is made when its sign-in is approved.
type pendingLink struct {
	ID      []byte      `json:"id"`
	Created chat.Millis `json:"created"`
	Used    chat.Millis `json:"used"`
}

// newWait is a sign-in that is about to wait.
type newWait struct {
	client Client
	ends   chat.Millis  // when its device will end by itself; 0 never
	link   *pendingLink // see asking
	code   string       // that leads to it where it is typed; empty: none
	more   []Change     // stored in the same step
}

// Asking is a sign-in that waits for a device to approve it, as that device sees it.
type Asking struct {
	ID      string
	Device  chat.Device // without a number
	Expires chat.Millis
}

// askingID reads a public ID; false for what is none.
func askingID(text string) (id CredentialID, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	copy(id[:], raw)
	return id, err == nil && len(raw) == 16
}

// Ask makes a sign-in for a device that shows its ID, as a QR code, to one that is signed in, and a code
// beside it that a person can type there. The token in the answer opens nothing until then.
//
// AUTH-11
func (s *Service) Ask(ctx context.Context, c Client) (Session, error) {
	if err := s.buckets.take(bucket{"ask", s.Limits.Ask, place(c.Address)}); err != nil {
		return Session{}, err
	}
	for try := 1; ; try++ {
		code := newDeviceCode()
		session, err := s.ask(ctx, 0, askLives, newWait{client: c, code: code})
		if isCode(err, chat.CodeConflict) && try < codeTries {
			continue // another device shows it, or did a moment ago
		}
		if err != nil {
			return Session{}, err
		}
		session.Code = code
		return session, nil
	}
}

// ask stores a sign-in that waits; of is whose it is, 0 for whoever approves it.
func (s *Service) ask(ctx context.Context, of chat.AccountID, lives time.Duration, w newWait) (
	Session, error) {
	var raw [16]byte
	rand.Read(raw[:])
	token, hash := newToken()
	c := w.client
	data, err := json.Marshal(asking{Token: hash[:], Device: label(c.Device), Client: label(c.Name),
		Version: label(c.Version), Build: label(c.Build), Ends: w.ends, Link: w.link})
	if err != nil {
		return Session{}, fmt.Errorf("ask: %w", err)
	}
	until := s.millis() + chat.Millis(lives.Milliseconds())
	var id CredentialID
	copy(id[:], raw[:])
	put := CredentialPut{Credential{Kind: CredentialAsking, ID: id, Account: of, Data: data,
		Created: s.millis(), Expires: until}}
	changes := append(w.more, put)
	if w.code != "" {
		changes = append(changes, CredentialPut{Credential{Kind: CredentialCode, ID: deviceCodeID(w.code),
			Data: raw[:], Created: s.millis(), Expires: until}})
	}
	err = s.Store.Apply(ctx, changes...)
	if err != nil {
		return Session{}, fmt.Errorf("ask: %w", err)
	}
	return Session{Token: token, Pending: base64.RawURLEncoding.EncodeToString(raw[:]), PendingUntil: until}, nil
}

// askFor makes a sign-in with the right password wait for an old device, and tells those there are. Where
// none is left that could approve, the recovery code is needed, if there is one.
//
// AUTH-12
func (s *Service) askFor(ctx context.Context, a Account, w newWait) (waits bool, _ Session, _ error) {
	list, err := s.Store.Devices(ctx, a.ID)
	if err != nil {
		return false, Session{}, fmt.Errorf("sign in: %w", err)
	}
	now := s.millis()
	if !slices.ContainsFunc(list, func(d Device) bool {
		return d.Scopes.Has(chat.AllScopes) && (d.Expires == 0 || d.Expires > now)
	}) {
		if a.Recovery == [32]byte{} {
			return false, Session{}, nil
		}
		return true, Session{}, &chat.Error{Code: chat.CodeFactorNeeded, Field: "recovery",
			Text: "no device is left that could approve; the recovery code is needed"}
	}
	if err := s.buckets.take(bucket{"waiting", s.Limits.Factor, number(uint32(a.ID))}); err != nil {
		return true, Session{}, err
	}
	session, err := s.ask(ctx, a.ID, waitLives, w)
	if err != nil {
		return true, Session{}, err
	}
	c := w.client
	p, official := s.known(Program{label(c.Name), label(c.Version), label(c.Build)})
	device := chat.Device{Name: label(c.Device), Client: p.Client, Version: p.Version,
		Build: p.Build, Official: official}
	err = s.Registry.Notice(ctx, a.ID, chat.DeviceNotice{Device: device, Reason: ReasonAsking})
	if err != nil {
		return true, Session{}, fmt.Errorf("sign in: %w", err)
	}
	return true, session, nil
}

// askingOf returns a sign-in that waits or was answered, and its data.
func (s *Service) askingOf(ctx context.Context, id string) (Credential, asking, error) {
	key, ok := askingID(id)
	gone := chat.Errorf(chat.CodeNotFound, "no sign-in waits under this name")
	if !ok {
		return Credential{}, asking{}, gone
	}
	c, err := s.Vault.Credential(ctx, CredentialAsking, key)
	if isCode(err, chat.CodeNotFound) || err == nil && c.Expires <= s.millis() {
		return Credential{}, asking{}, gone
	}
	var a asking
	if err == nil {
		err = json.Unmarshal(c.Data, &a)
	}
	if err != nil {
		return Credential{}, asking{}, fmt.Errorf("asking: %w", err)
	}
	return c, a, nil
}

// Await tells a device how its sign-in stands: a Session with Pending set waits still; otherwise it is the
// one that was approved, under the token that the device has. It fails with chat.CodeForbidden where the
// sign-in was refused, and with chat.CodeNotFound where it ended or the token is another.
//
// AUTH-11
func (s *Service) Await(ctx context.Context, id, token string, c Client) (Session, error) {
	limit := bucket{"fail", s.Limits.Failure, place(c.Address)}
	if err := s.buckets.take(limit); err != nil {
		return Session{}, err
	}
	stored, a, err := s.askingOf(ctx, id)
	if err != nil {
		return Session{}, err
	}
	hash, ok := hashToken(token)
	if !ok || subtle.ConstantTimeCompare(hash[:], a.Token) != 1 {
		return Session{}, chat.Errorf(chat.CodeNotFound, "no sign-in waits under this name")
	}
	s.buckets.give(limit)
	switch {
	case a.Refused:
		return Session{}, chat.Errorf(chat.CodeForbidden, "the sign-in was refused")
	case a.Made == 0:
		return Session{Pending: id, PendingUntil: stored.Expires}, nil
	}
	device, account, err := s.Store.DeviceByToken(ctx, hash)
	if isCode(err, chat.CodeNotFound) {
		return Session{}, s.whyUnknown(ctx, hash)
	}
	if err != nil {
		return Session{}, fmt.Errorf("await: %w", err)
	}
	profile, err := s.Registry.Profile(ctx, account.ID)
	if err != nil {
		return Session{}, fmt.Errorf("await: %w", err)
	}
	return session(account, device, token, profile), nil
}

// mayAnswer refuses who could not give a session of all scopes away.
func mayAnswer(who chat.Actor) error {
	if !who.Scopes.Has(chat.AllScopes) {
		return chat.Errorf(chat.CodeScopeMissing, "a token cannot give more than it has")
	}
	return nil
}

// Asked shows a sign-in to a device that may approve it: one whose code it read, or one of its own account.
func (s *Service) Asked(ctx context.Context, who chat.Actor, id string) (Asking, error) {
	if err := mayAnswer(who); err != nil {
		return Asking{}, err
	}
	c, a, err := s.askingOf(ctx, id)
	if err != nil {
		return Asking{}, err
	}
	if c.Account != 0 && c.Account != who.Account || a.Refused || a.Made != 0 {
		return Asking{}, chat.Errorf(chat.CodeNotFound, "no sign-in waits under this name")
	}
	return s.askingOut(c, a), nil
}

func (s *Service) askingOut(c Credential, a asking) Asking {
	p, official := s.known(Program{a.Client, a.Version, a.Build})
	return Asking{
		ID: base64.RawURLEncoding.EncodeToString(c.ID[:16]), Expires: c.Expires,
		Device: chat.Device{Name: a.Device, Client: p.Client, Version: p.Version, Build: p.Build,
			Created: c.Created, Official: official},
	}
}

// waiting are the unanswered sign-ins of an account.
func (s *Service) waiting(all []Credential) (out []Asking, err error) {
	for _, c := range all {
		var a asking
		if c.Kind != CredentialAsking || c.Expires <= s.millis() {
			continue
		}
		if err := json.Unmarshal(c.Data, &a); err != nil {
			return nil, fmt.Errorf("asking: %w", err)
		}
		if !a.Refused && a.Made == 0 {
			out = append(out, s.askingOut(c, a))
		}
	}
	return out, nil
}

// Answer approves or refuses a sign-in. An approved one becomes a device of the actor's account in the same
// step, announced like any other; it has its say at once where the actor has. Of two who answer at the same
// time one does: the other gets chat.CodeConflict.
//
// AUTH-11
func (s *Service) Answer(ctx context.Context, who chat.Actor, id string, yes bool) error {
	if _, err := s.Asked(ctx, who, id); err != nil {
		return err
	}
	c, a, err := s.askingOf(ctx, id)
	if err != nil {
		return err
	}
	of := c.Account
	if a.Refused = !yes; a.Refused {
		if c.Data, err = json.Marshal(a); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		if of == 0 {
			return s.Store.Apply(ctx, CredentialPut{c})
		}
		return s.announced(ctx, who, ReasonRefused, CredentialPut{c})
	}
	if err := s.mayArrive(who.Account); err != nil {
		return err
	}
	device, _, err := s.newDevice(ctx, who.Account, Client{Device: a.Device, Name: a.Client, Version: a.Version,
		Build: a.Build})
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	copy(device.Token[:], a.Token)
	device.Expires = a.Ends
	if s.Settled(ctx, who) == nil {
		device.Vouched = device.Created
	}
	a.Made, c.Account = device.ID, who.Account
	c.Expires = s.millis() + chat.Millis(letInLives.Milliseconds())
	if c.Data, err = json.Marshal(a); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	changes := []Change{CredentialPut{c}}
	if a.Link != nil {
		defer s.deeds.begin(who.Account)() // what is told of the link is done with the device
		link, err := s.linkNow(ctx, who.Account, *a.Link)
		if err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		changes = append(changes, link...)
	}
	if err := s.putDevice(ctx, device, ReasonLinked, changes...); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// linkNow makes the link of an identity whose sign-in was approved, and announces it first. Where the
// identity was linked meanwhile, to this account or another, that stays.
func (s *Service) linkNow(ctx context.Context, of chat.AccountID, l pendingLink) ([]Change, error) {
	link := Credential{Kind: CredentialIdentity, Account: of, Created: l.Created, Used: l.Used}
	copy(link.ID[:], l.ID)
	_, err := s.Vault.Credential(ctx, CredentialIdentity, link.ID)
	switch {
	case err == nil:
		return nil, nil
	case !isCode(err, chat.CodeNotFound):
		return nil, err
	}
	if err := s.Registry.Notice(ctx, of, chat.DeviceNotice{Reason: ReasonIdentity}); err != nil {
		return nil, err
	}
	return []Change{CredentialPut{link}}, nil
}

// SetApproval makes sign-ins with the password wait until an old device approves them, or no longer.
func (s *Service) SetApproval(ctx context.Context, who chat.Actor, password string, on bool) error {
	account, err := s.confirm(ctx, who, password)
	if err != nil || account.Approval == on {
		return err
	}
	reason := ReasonApprovalOff
	if on {
		reason = ReasonApprovalOn
	}
	account.Approval = on
	if err := s.announced(ctx, who, reason, AccountPut{account}); err != nil {
		return fmt.Errorf("set approval: %w", err)
	}
	return nil
}
