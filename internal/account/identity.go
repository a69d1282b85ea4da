// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// ticketFor is how long somebody who came from the provider may take to choose a name here.
const ticketFor = 15 * time.Minute

// Identity is who somebody is at the organisation's provider. Issuer and Subject alone name them: names and
// addresses there may be given to others.
type Identity struct {
	Issuer  string   `json:"issuer"`
	Subject string   `json:"subject"`
	Name    string   `json:"name"`
	Groups  []string `json:"groups,omitempty"` // of those that anything follows from here
}

// id names the link of an identity to an account.
func (i Identity) id() CredentialID { return sha256.Sum256([]byte(i.Issuer + "\x00" + i.Subject)) }

// linkData is what a link remembers: the groups that somebody was told of already, so that who does not want
// to is not asked at every sign-in.
type linkData struct {
	Told []string `json:"told"`
}

// ticketData is what a ticket stands for. Bind is the SHA-256 of a secret that the program which began keeps.
type ticketData struct {
	Identity
	Bind []byte `json:"bind"`
}

// Ticket keeps who somebody is, as the provider just said, until they sign in with it and the secret whose
// SHA-256 is bind. Without the secret it is worth nothing: a ticket that somebody else sends in a link signs
// nobody in to their account, and links no account to their identity. It is good once.
func (s *Service) Ticket(ctx context.Context, who Identity, bind [32]byte) (string, error) {
	data, err := json.Marshal(ticketData{who, bind[:]})
	if err != nil {
		return "", fmt.Errorf("ticket: %w", err)
	}
	var raw [32]byte
	rand.Read(raw[:])
	ticket := base64.RawURLEncoding.EncodeToString(raw[:])
	now := s.millis()
	c := Credential{Kind: CredentialTicket, ID: sha256.Sum256([]byte(ticket)), Data: data, Created: now,
		Expires: now + chat.Millis(ticketFor.Milliseconds())}
	if err := s.Store.Apply(ctx, CredentialPut{c}); err != nil {
		return "", fmt.Errorf("ticket: %w", err)
	}
	return ticket, nil
}

// visitor is somebody with a good ticket.
type visitor struct {
	Identity
	ticket CredentialTaken
	link   Credential // its Account is 0 where none is theirs yet
}

func ticketGone() error {
	return &chat.Error{Code: chat.CodeNotFound, Field: "ticket", Text: "begin again at the provider"}
}

// visitor reads a ticket. It fails with chat.CodeNotFound where it never was, was used, is too old, or was
// given to another program.
func (s *Service) visitor(ctx context.Context, req SignIn) (v visitor, err error) {
	limit := bucket{"fail", s.Limits.Failure, place(req.Client.Address)}
	if err := s.buckets.take(limit); err != nil {
		return v, err
	}
	ticket, secret, _ := strings.Cut(req.Ticket, ".")
	c, err := s.Vault.Credential(ctx, CredentialTicket, sha256.Sum256([]byte(ticket)))
	if isCode(err, chat.CodeNotFound) || err == nil && c.Expires <= s.millis() {
		return v, ticketGone()
	}
	if err != nil {
		return v, fmt.Errorf("ticket: %w", err)
	}
	var data ticketData
	if err := json.Unmarshal(c.Data, &data); err != nil {
		return v, fmt.Errorf("ticket: %w", err)
	}
	if sum := sha256.Sum256([]byte(secret)); subtle.ConstantTimeCompare(sum[:], data.Bind) != 1 {
		return v, ticketGone()
	}
	s.buckets.give(limit)
	v.Identity = data.Identity
	v.ticket = CredentialTaken{Kind: c.Kind, ID: c.ID, Version: c.Version}
	v.link, err = s.Vault.Credential(ctx, CredentialIdentity, v.id())
	if isCode(err, chat.CodeNotFound) {
		v.link, err = Credential{Kind: CredentialIdentity, ID: v.id(), Created: s.millis()}, nil
	}
	return v, err
}

// signInByTicket signs in who comes from the provider: to the account that is theirs, or to the one whose
// password they know, which becomes theirs, or to a new one under a name they choose. Without a name it fails
// with chat.CodeIdentityUnknown where no account is theirs. The provider stands in the place of the password
// alone: what an account asks for beside it is asked for here too.
//
// OIDC-1
func (s *Service) signInByTicket(ctx context.Context, req SignIn) (Session, error) {
	session, err := s.useTicket(ctx, req)
	if isCode(err, chat.CodeConflict) { // another sign-in of theirs, or another try, was faster
		session, err = s.useTicket(ctx, req)
	}
	if isCode(err, chat.CodeConflict) {
		err = ticketGone()
	}
	return session, err
}

func (s *Service) useTicket(ctx context.Context, req SignIn) (Session, error) {
	v, err := s.visitor(ctx, req)
	if err != nil {
		return Session{}, err
	}
	account, profile, err := s.accountOf(ctx, &v, req)
	if err != nil {
		return Session{}, err
	}
	if account.Suspended != "" {
		return Session{}, chat.Errorf(chat.CodeSuspended, "suspended: %s", account.Suspended)
	}
	vouched, err := s.second(ctx, account, req)
	if err != nil {
		return Session{}, err
	}
	if account.Approval && !vouched {
		waits, session, err := s.visitWaits(ctx, v, account, req.Client)
		if waits || err != nil {
			return session, err
		}
	}
	if !vouched {
		if err := s.mayArrive(account.ID); err != nil {
			return Session{}, err
		}
	}
	if err := s.noteVisit(ctx, &v, account); err != nil {
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	device, token, err := s.newDevice(ctx, account.ID, req.Client)
	if err != nil {
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	device.Expires = v.link.Used + s.identityFor()
	why := ReasonSignedIn
	if vouched {
		device.Vouched, why = device.Created, ReasonRecovery
	}
	if err := s.putDevice(ctx, device, why); err != nil {
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	if err := s.stillLinked(ctx, v.link, device); err != nil {
		return Session{}, err
	}
	s.welcome(ctx, v)
	return session(account, device, token, profile), nil
}

// identityFor is how long the provider's word lasts.
func (s *Service) identityFor() chat.Millis {
	return chat.Millis(max(s.IdentityFor, time.Hour).Milliseconds())
}

// accountOf finds or makes the account of a visitor.
func (s *Service) accountOf(ctx context.Context, v *visitor, req SignIn) (Account, chat.Profile, error) {
	fail := func(err error) (Account, chat.Profile, error) { return Account{}, chat.Profile{}, err }
	if v.link.Account != 0 {
		account, err := s.Store.Account(ctx, Find{ID: v.link.Account})
		if err != nil {
			return fail(fmt.Errorf("sign in: %w", err))
		}
		profile, err := s.Registry.Profile(ctx, account.ID)
		if err == nil {
			return account, profile, nil
		}
		if !isCode(err, chat.CodeNotFound) {
			return fail(fmt.Errorf("sign in: %w", err))
		}
		// A crash came before the name, or it was refused: it is chosen again.
		if req.Username == "" {
			return fail(unknownIdentity())
		}
		profile, err = s.nameVisitor(ctx, v.Identity, account, req)
		return account, profile, err
	}
	switch {
	case req.Username == "":
		return fail(unknownIdentity())
	case req.Password != "":
		account, profile, done, err := s.proven(ctx, req)
		if err != nil {
			return fail(err)
		}
		done()
		return account, profile, nil
	}
	return s.newVisitor(ctx, v, req)
}

func unknownIdentity() error {
	return chat.Errorf(chat.CodeIdentityUnknown, "no account belongs to this identity yet; choose a username")
}

// newVisitor makes an account without a password: the provider alone signs it in. The link is stored with it,
// so that of two tries at the same time one makes it. A name that is refused leaves it unfinished, as a crash
// does: an identity has no more than one such account, and finishes it with another name.
func (s *Service) newVisitor(ctx context.Context, v *visitor, req SignIn) (Account, chat.Profile, error) {
	fail := func(err error) (Account, chat.Profile, error) { return Account{}, chat.Profile{}, err }
	if err := s.mayVisit(ctx, req); err != nil {
		return fail(err)
	}
	id, err := s.Registry.NewAccount(ctx)
	if err != nil {
		return fail(fmt.Errorf("sign in: %w", err))
	}
	account := Account{ID: id, Created: s.millis()}
	v.link.Account, v.link.Used = id, account.Created
	if err := s.Store.Apply(ctx, AccountPut{account}, CredentialPut{v.link}); err != nil {
		return fail(fmt.Errorf("sign in: %w", err))
	}
	account.Version++
	v.link.Version++
	profile, err := s.nameVisitor(ctx, v.Identity, account, req)
	return account, profile, err
}

// mayVisit is what any sign-up must pass. The provider's word is the admission, unless sign-up is closed; it
// makes nobody the operator of a server that has none.
func (s *Service) mayVisit(ctx context.Context, req SignIn) error {
	has, err := s.hasOperator(ctx)
	if err != nil {
		return err
	}
	rules, err := s.Rules(ctx)
	switch {
	case err != nil:
		return err
	case !has:
		return chat.Errorf(chat.CodeSignupClosed, "this server is not set up yet; its operator has the set-up link")
	case rules.Mode == SignupClosed:
		return chat.Errorf(chat.CodeSignupClosed, "this server takes no sign-ups")
	}
	if s.Full != nil {
		if err := s.Full(); err != nil {
			return err
		}
	}
	if err := s.CheckUsername(ctx, req.Username, req.Client.Address); err != nil {
		return err
	}
	rate := s.Limits.SignUp
	if req.Client.Address.IsLoopback() {
		rate = s.Limits.SignUpLocal
	}
	return s.buckets.take(bucket{"signup", rate, place(req.Client.Address)})
}

// nameVisitor claims the name of an account that has none.
func (s *Service) nameVisitor(ctx context.Context, who Identity, a Account, req SignIn) (
	chat.Profile, error) {
	device, err := s.Registry.NewDevice(ctx)
	if err != nil {
		return chat.Profile{}, fmt.Errorf("sign in: %w", err)
	}
	actor := chat.Actor{Account: a.ID, Device: device, Scopes: chat.AllScopes}
	profile := chat.Profile{Name: cmp.Or(shownName(who.Name), req.Username), Username: req.Username}
	stored, err := s.Registry.Register(ctx, actor, s.newKey(), profile)
	if err != nil {
		return chat.Profile{}, fmt.Errorf("sign in: %w", err)
	}
	return stored, nil
}

// visitWaits lets a visitor wait where old devices approve new ones. A link there was is renewed; a new one
// is made when a device approves, and never where it refuses.
func (s *Service) visitWaits(ctx context.Context, v visitor, a Account, c Client) (bool, Session, error) {
	v.link.Used = s.millis()
	w := newWait{client: c, ends: v.link.Used + s.identityFor(), more: []Change{v.ticket}}
	if v.link.Account != 0 {
		w.more = append(w.more, CredentialPut{v.link})
	} else {
		w.link = &pendingLink{ID: v.link.ID[:], Created: v.link.Created, Used: v.link.Used}
		w.more = append(w.more, AccountPut{a}) // as it was when its password was checked
	}
	return s.askFor(ctx, a, w)
}

// noteVisit uses the ticket up and makes or renews the link, in one step. A new link to an account there was
// is announced to its devices first, and made only where the account is still as it was when its password was
// checked: a change of the password ends links, see voidWays.
func (s *Service) noteVisit(ctx context.Context, v *visitor, a Account) error {
	changes := []Change{v.ticket}
	var told telling
	if v.link.Account == 0 {
		told.notices = []chat.DeviceNotice{{Reason: ReasonIdentity}}
		v.link.Account = a.ID
		changes = append(changes, AccountPut{a})
	}
	v.link.Used = s.millis()
	if err := s.deed(ctx, a.ID, told, append(changes, CredentialPut{v.link})...); err != nil {
		return err
	}
	v.link.Version++
	return nil
}

// stillLinked takes a new device back whose link ended while it was made.
func (s *Service) stillLinked(ctx context.Context, link Credential, device Device) error {
	now, err := s.Vault.Credential(ctx, CredentialIdentity, link.ID)
	if err == nil && now.Account == link.Account {
		return nil
	}
	gone := DevicesGone{Account: link.Account, Only: []chat.DeviceID{device.ID}, Reason: ReasonRevoked}
	if ended := s.end(ctx, gone); ended != nil {
		return ended
	}
	if err != nil && !isCode(err, chat.CodeNotFound) {
		return err
	}
	return ticketGone()
}

// welcome tells somebody what the groups open here that they were not told of yet. What cannot be told now is
// told at a later sign-in.
func (s *Service) welcome(ctx context.Context, v visitor) {
	var data linkData
	if len(v.link.Data) > 0 {
		if err := json.Unmarshal(v.link.Data, &data); err != nil {
			s.Log.Warn("what an identity was told of cannot be read", "account", v.link.Account, "err", err)
			return
		}
	}
	known := func(g string) bool { return slices.Contains(data.Told, g) }
	fresh := slices.DeleteFunc(slices.Clone(v.Groups), known)
	if s.Welcome == nil || len(fresh) == 0 {
		return
	}
	told := s.Welcome(ctx, v.link.Account, fresh)
	raw, err := json.Marshal(linkData{Told: append(data.Told, told...)})
	if err == nil && len(told) > 0 {
		v.link.Data = raw
		err = s.Store.Apply(ctx, CredentialPut{v.link})
	}
	if err != nil && !isCode(err, chat.CodeConflict) {
		s.Log.Warn("what an identity was told of cannot be kept", "account", v.link.Account, "err", err)
	}
}

// providerEnds is until when devices of an account may live that only the provider signs in: whoever is
// removed there has no other way in, whatever devices and tokens they made meanwhile. 0: no such account.
func (s *Service) providerEnds(ctx context.Context, id chat.AccountID) (chat.Millis, error) {
	_, ends, err := s.identityOf(ctx, id)
	return ends, err
}

// identityOf reports whether an account has a password, and where it has none until when the provider's word
// lasts for it.
func (s *Service) identityOf(ctx context.Context, id chat.AccountID) (
	password bool, ends chat.Millis, err error) {
	account, err := s.Store.Account(ctx, Find{ID: id})
	if isCode(err, chat.CodeNotFound) || err == nil && account.Password != "" {
		return err == nil, 0, nil
	}
	if err != nil {
		return false, 0, err
	}
	list, err := s.Vault.Credentials(ctx, id)
	for _, c := range list {
		if c.Kind == CredentialIdentity {
			ends = max(ends, c.Used+s.identityFor())
		}
	}
	return false, ends, err
}

// Membership is how an account hangs on the organisation's provider.
type Membership struct {
	Linked   bool        // the provider signs it in
	Password bool        // and so does a password
	Ends     chat.Millis // where there is none: when its devices end, unless the provider signs it in before
}

// Membership tells the actor how their account hangs on the provider.
//
// OIDC-2
func (s *Service) Membership(ctx context.Context, who chat.Actor) (Membership, error) {
	if err := mayManage(who); err != nil {
		return Membership{}, err
	}
	if err := s.deeds.done(ctx, who.Account); err != nil {
		return Membership{}, err
	}
	password, ends, err := s.identityOf(ctx, who.Account)
	if err != nil {
		return Membership{}, fmt.Errorf("membership: %w", err)
	}
	list, err := s.Vault.Credentials(ctx, who.Account)
	if err != nil {
		return Membership{}, fmt.Errorf("membership: %w", err)
	}
	linked := slices.ContainsFunc(list, func(c Credential) bool { return c.Kind == CredentialIdentity })
	return Membership{Linked: linked, Password: password, Ends: ends}, nil
}
