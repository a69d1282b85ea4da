// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

// recoveryBytes is the length of a login authenticator.
const recoveryBytes = 32

// SignUp makes an account and its first device. With a valid set-up secret the account is the operator's.
// A retry under the same key, with the same username and password, returns the same account; the device that
// the first try made goes where nobody used it. It fails with chat.CodeSignupClosed, CodeSetupInvalid,
// CodeWorkRequired, CodePasswordWeak, CodeRateLimited, CodeKeyInvalid, and as Registry.Register does.
func (s *Service) SignUp(ctx context.Context, req SignUp) (Session, error) {
	if req.Key.IsZero() {
		return Session{}, &chat.Error{Code: chat.CodeKeyInvalid, Text: "a sign-up needs a key", Field: "key"}
	}
	if n := len(req.Recovery); n != 0 && n != recoveryBytes {
		return Session{}, &chat.Error{Code: chat.CodeBadRequest, Text: "not 32 bytes", Field: "recovery"}
	}
	known, err := s.Store.Account(ctx, Find{SignupKey: req.Key})
	if err != nil && !isCode(err, chat.CodeNotFound) {
		return Session{}, fmt.Errorf("sign up: %w", err)
	}
	retry := err == nil
	by, err := s.admit(ctx, req, retry)
	if retry && err == nil {
		return s.resume(ctx, known, req)
	}
	if err == nil {
		err = s.applied(ctx, req, &by)
	}
	if err == nil {
		err = s.mayCreate(ctx, req, by)
	}
	if err == nil && by.review {
		err = s.apply(ctx, req)
	}
	if err != nil {
		// A try under the same key may have taken the name, or the last use of the pass, since the look-up.
		if known, kerr := s.Store.Account(ctx, Find{SignupKey: req.Key}); kerr == nil && !retry {
			return s.resume(ctx, known, req)
		}
		return Session{}, err
	}
	account, device, token, err := s.prepare(ctx, s.hashes.strangers, req)
	if err != nil {
		return Session{}, fmt.Errorf("sign up: %w", err)
	}
	account.Pass = by.pass.ID
	err = s.Store.Apply(ctx, by.counted(AccountPut{account}, DevicePut{device})...)
	if isCode(err, chat.CodeConflict) { // the same key at the same time, or the pass ended
		if known, err := s.Store.Account(ctx, Find{SignupKey: req.Key}); err == nil {
			return s.resume(ctx, known, req)
		}
		if by.pass.ID != "" {
			if _, _, over := s.goodPass(ctx, req.Pass, req.Client.Address); over != nil {
				err = over
			}
		}
	}
	if err != nil {
		return Session{}, fmt.Errorf("sign up: %w", err)
	}
	return s.complete(ctx, req, device, token)
}

// admission is by what right somebody signs up.
type admission struct {
	pass Pass // zero: without one
	work bool // with an answer to a challenge, to be checked
	// review makes them wait for the operator. waited is what waited before newcomers no longer had to.
	review bool
	waited Credential
}

// counted adds the use of a pass to what makes the account, so that both happen or neither: a pass lets in as
// many as it says, and a retry is not counted again.
func (a admission) counted(changes ...Change) []Change {
	if a.pass.ID != "" {
		changes = append(changes, PassUsed{a.pass.ID})
	}
	if w := a.waited; w.Version != 0 {
		changes = append(changes, CredentialTaken{Kind: w.Kind, ID: w.ID, Version: w.Version})
	}
	return changes
}

// admit says whether this sign-up is allowed at all: by the set-up secret, by a pass, or because the server
// is open. A retry of a sign-up that was admitted is answered, whatever the rules are by now.
func (s *Service) admit(ctx context.Context, req SignUp, retry bool) (by admission, err error) {
	has, err := s.hasOperator(ctx)
	switch {
	case err != nil:
		return by, err
	case !has && req.Setup == "":
		return by, chat.Errorf(chat.CodeSignupClosed,
			"this server is not set up yet; its operator has the set-up link")
	case !has:
		return by, s.guessSetup(ctx, req.Setup, req.Client.Address)
	case retry:
		return by, nil
	case req.Setup != "":
		return by, usedSetup()
	case req.Pass != "":
		by.pass, _, err = s.goodPass(ctx, req.Pass, req.Client.Address)
		return by, err
	}
	return s.admitStranger(ctx, req)
}

// admitStranger lets in who has no pass, where the server is open.
func (s *Service) admitStranger(ctx context.Context, req SignUp) (by admission, err error) {
	r, err := s.rulesFor(ctx, req.Client.Address)
	switch {
	case err != nil:
		return by, err
	case r.Mode == SignupInvite:
		return by, chat.Errorf(chat.CodeSignupClosed, "this server takes sign-ups by invitation")
	case r.Mode != SignupOpen:
		return by, chat.Errorf(chat.CodeSignupClosed, "this server does not take sign-ups")
	case r.Work > 0 && req.Work == nil && !(r.Review && s.waits(ctx, req)):
		return by, needWork("a sign-up here takes the answer of a challenge")
	}
	return admission{work: r.Work > 0, review: r.Review}, nil
}

// mayCreate checks what costs nothing first, and counts the sign-up before anything that costs.
func (s *Service) mayCreate(ctx context.Context, req SignUp, by admission) error {
	if err := checkForm(req.Password); err != nil {
		return err
	}
	if s.Full != nil {
		if err := s.Full(); err != nil {
			return err
		}
	}
	// A name that is refused tells as much as asking whether it is free does.
	check := bucket{"check", s.Limits.Check, place(req.Client.Address)}
	if err := s.buckets.take(check); err != nil {
		return err
	}
	if err := s.Registry.CheckName(ctx, req.Username); err != nil {
		return err
	}
	s.buckets.give(check)
	rate := s.Limits.SignUp
	if req.Client.Address.IsLoopback() {
		rate = s.Limits.SignUpLocal
	}
	if err := s.buckets.take(bucket{"signup", rate, place(req.Client.Address)}); err != nil {
		return err
	}
	if by.work {
		if err := s.checkWork(ctx, req); err != nil {
			return err
		}
	}
	return s.hashes.checkPassword(ctx, s.hashes.strangers, req.Password, req.Username, req.Name)
}

// prepare makes the private half of a new account.
func (s *Service) prepare(ctx context.Context, q *queue, req SignUp) (Account, Device, string, error) {
	fail := func(err error) (Account, Device, string, error) { return Account{}, Device{}, "", err }
	hash, err := s.hashes.hash(ctx, q, req.Password)
	if err != nil {
		return fail(err)
	}
	id, err := s.Registry.NewAccount(ctx)
	if err != nil {
		return fail(err)
	}
	account := Account{ID: id, SignupKey: req.Key, Password: hash, Recovery: recoverySum(req.Recovery),
		Created: s.millis()}
	device, token, err := s.newDevice(ctx, id, req.Client)
	device.Created, device.LastUsed = account.Created, account.Created // see ofSignUp
	return account, device, token, err
}

// complete claims the name, and with a set-up secret makes the operator.
func (s *Service) complete(ctx context.Context, req SignUp, device Device, token string) (Session, error) {
	profile := chat.Profile{Name: req.Name, Username: req.Username}
	if profile.Name == "" {
		profile.Name = req.Username
	}
	stored, err := s.Registry.Register(ctx, device.actor(), req.Key, profile)
	if err != nil {
		s.abandon(ctx, device.Account, err)
		return Session{}, fmt.Errorf("sign up: %w", err)
	}
	if req.Setup != "" {
		if err := s.useSetup(ctx, device.Account, req.Setup); err != nil {
			return Session{}, err
		}
	}
	account, err := s.Store.Account(ctx, Find{ID: device.Account})
	if err != nil {
		return Session{}, fmt.Errorf("sign up: %w", err)
	}
	return session(account, device, token, stored), nil
}

// abandon frees the key, and the use of a pass, of a sign-up whose name was refused, so that the same person
// may try another. After other errors the fate of the name is unknown, and a retry under the same key finds
// out.
func (s *Service) abandon(ctx context.Context, id chat.AccountID, why error) {
	switch chat.CodeOf(why) {
	case chat.CodeNameTaken, chat.CodeNameInvalid, chat.CodeNameConfusable, chat.CodeNameResting,
		chat.CodeBadText, chat.CodeTextTooLong, chat.CodeBadRequest, chat.CodeKeyExpired, chat.CodeKeyInvalid:
	default:
		return
	}
	gone := []Change{AccountGone{Account: id}}
	account, err := s.Store.Account(ctx, Find{ID: id})
	if err == nil && account.Pass != "" {
		gone = append(gone, PassUnused{account.Pass})
	}
	if err == nil {
		err = s.Store.Apply(ctx, gone...)
	}
	if err != nil {
		s.Log.Warn("an unfinished account stays", "account", id, "err", err)
	}
}

// resume answers a retry: the same person, shown by the password, gets the same account.
func (s *Service) resume(ctx context.Context, known Account, req SignUp) (Session, error) {
	where := bucket{"fail", s.Limits.Failure, place(req.Client.Address)}
	who := bucket{"resume", s.Limits.Account, number(uint32(known.ID))}
	if err := s.buckets.take(where, who); err != nil {
		return Session{}, err
	}
	ok, err := s.hashes.verify(ctx, s.hashes.strangers, known.Password, req.Password)
	if err != nil {
		return Session{}, fmt.Errorf("sign up: %w", err)
	}
	if !ok {
		return Session{}, chat.Errorf(chat.CodeConflict, "another sign-up used this key")
	}
	s.buckets.give(where, who)
	if known.Suspended != "" {
		return Session{}, chat.Errorf(chat.CodeSuspended, "suspended: %s", known.Suspended)
	}
	profile, err := s.Registry.Profile(ctx, known.ID)
	switch {
	case err == nil && !sameName(profile.Username, req.Username):
		return Session{}, chat.Errorf(chat.CodeConflict, "this key signed up under another username")
	case err != nil && !isCode(err, chat.CodeNotFound):
		return Session{}, fmt.Errorf("sign up: %w", err)
	}
	finished := err == nil
	device, token, err := s.retriedDevice(ctx, known, req.Client, finished)
	if err != nil {
		return Session{}, fmt.Errorf("sign up: %w", err)
	}
	if known.Operator {
		req.Setup = ""
	}
	if finished && req.Setup == "" {
		return session(known, device, token, profile), nil
	}
	return s.complete(ctx, req, device, token)
}

// retryWithin is for how long a sign-up's own device may give way to that of a retry without a word.
const retryWithin = time.Hour

// retriedDevice makes the device of a retry. That of the earlier try gives way to it where its answer was
// lost, which is where nobody used it; otherwise the retry is one more device, and is announced.
func (s *Service) retriedDevice(ctx context.Context, a Account, c Client, finished bool) (
	Device, string, error) {
	if err := s.mayArrive(a.ID); err != nil {
		return Device{}, "", err
	}
	s.retry.Lock() // of retries at the same time each finds the device of the one before
	defer s.retry.Unlock()
	list, err := s.Store.Devices(ctx, a.ID)
	if err != nil {
		return Device{}, "", err
	}
	i := slices.IndexFunc(list, func(d Device) bool { return s.ofSignUp(a, d) })
	old := s.millis()-a.Created > chat.Millis(retryWithin.Milliseconds())
	if finished && (i < 0 || old) {
		return s.furtherDevice(ctx, a, c)
	}
	if i < 0 {
		return s.addDevice(ctx, a.ID, c, ReasonSignedIn)
	}
	device, token, err := s.newDevice(ctx, a.ID, c)
	if err != nil {
		return Device{}, "", err
	}
	device.Created, device.LastUsed = a.Created, a.Created
	gone := DevicesGone{Account: a.ID, Only: []chat.DeviceID{list[i].ID}, Reason: ReasonReplaced, At: s.millis()}
	if err := s.Store.Apply(ctx, gone, DevicePut{device}); err != nil {
		return Device{}, "", err
	}
	s.ended.wake()
	return device, token, nil
}

// furtherDevice lets a late retry in as the password would, which is all that it showed: where the account
// asks for more, it is sent to sign in.
func (s *Service) furtherDevice(ctx context.Context, a Account, c Client) (Device, string, error) {
	err := s.checkFactor(ctx, a.ID, shownFactor{})
	if a.Approval || isCode(err, chat.CodeFactorNeeded) {
		err = chat.Errorf(chat.CodeConflict, "the account was made before; sign in to it")
	}
	if err != nil {
		return Device{}, "", err
	}
	device, token, err := s.addDevice(ctx, a.ID, c, ReasonSignedIn)
	if err == nil {
		err = s.stillOpens(ctx, entering{account: a}, device)
	}
	return device, token, err
}

// ofSignUp reports whether a device is the one that a sign-up made, and was not used since.
func (s *Service) ofSignUp(a Account, d Device) bool {
	return d.Created == a.Created && d.LastUsed == d.Created && s.use.at(d.ID) == 0
}

// CheckUsername reports with a coded error why nobody may take a username now; nil: it is free.
func (s *Service) CheckUsername(ctx context.Context, username string, from netip.Addr) error {
	if err := s.buckets.take(bucket{"check", s.Limits.Check, place(from)}); err != nil {
		return err
	}
	return s.Registry.CheckName(ctx, username)
}
