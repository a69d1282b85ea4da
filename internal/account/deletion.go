// SPDX-License-Identifier: AGPL-3.0-or-later

package account

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/zolal-im/zolal/internal/chat"
)

const (
	// deletesIn is Config.DeletesIn where nothing else is said.
	deletesIn = 7 * 24 * time.Hour
	// restsFor is for how long the name of a deleted account is nobody else's, and a little more; see NAME-1.
	restsFor = 31 * 24 * time.Hour
	// sessionsEnd is for how long sessions of devices that ended may still write, and a little more; see AUTH-5.
	sessionsEnd = 6 * time.Second
)

// Reasons of notices about it.
const (
	ReasonDeletion    = "deletion"     // the account will be deleted
	ReasonDeletionOff = "deletion_off" // and is kept after all
	ReasonDeleted     = "deleted"      // the account is gone, and this device with it
)

// Erasing is what the engine does for a deletion. Erase and Forget may be done again.
type Erasing struct {
	// Owned lists the groups and channels that an account owns.
	Owned func(ctx context.Context, account chat.AccountID) ([]OwnedRoom, error)
	// Erase deletes all there is of an account but its secrets; messages: also what it wrote where it is.
	Erase func(ctx context.Context, account chat.AccountID, messages bool) error
	// Forget erases the name of a deleted account, which rested until then.
	Forget func(ctx context.Context, account chat.AccountID) error
}

// OwnedRoom is a group or channel that an account owns.
type OwnedRoom struct {
	Chat  chat.ChatID
	Title string
}

// Deletion says when an account is deleted, or what stands in the way.
type Deletion struct {
	Due          chat.Millis // 0: it stays
	Messages     bool
	Owned        []OwnedRoom
	LastOperator bool
	After        chat.Millis // for how long accounts can still be kept
}

// DeletionRequest wishes the actor's account deleted.
type DeletionRequest struct {
	Password string
	Code     string // of the second factor
	Passkey  []byte // in the place of a code
	Messages bool   // what the account wrote in the chats it is in goes for everybody
}

// deletion is the data of a CredentialDeletion. It belongs to no account, so that it outlives the one it is
// about, and it is looked for among the few that belong to none.
type deletion struct {
	Account  chat.AccountID `json:"account"`
	Due      chat.Millis    `json:"due"`
	Messages bool           `json:"messages,omitempty"`
	Begun    bool           `json:"begun,omitempty"` // its devices ended: it is not kept, and erased from Due on
	Rests    bool           `json:"rests,omitempty"` // all is gone but the name, which rests until Due
}

// late reports whether the account is not kept any more.
func (d deletion) late(now chat.Millis) bool { return d.Due != 0 && (d.Begun || d.Due <= now) }

func deletionID(of chat.AccountID) (id CredentialID) {
	copy(id[:], "deletion")
	binary.BigEndian.PutUint32(id[28:], uint32(of))
	return id
}

// deletionOf returns the deletion of an account; a zero Credential where there is none.
func (s *Service) deletionOf(ctx context.Context, of chat.AccountID) (c Credential, d deletion, err error) {
	c, err = s.Vault.Credential(ctx, CredentialDeletion, deletionID(of))
	if isCode(err, chat.CodeNotFound) {
		return Credential{}, d, nil
	}
	if err == nil {
		err = json.Unmarshal(c.Data, &d)
	}
	if err != nil {
		return Credential{}, d, fmt.Errorf("deletion: %w", err)
	}
	return c, d, nil
}

// Deletion tells whether the actor's account will be deleted, and what stands in the way of it.
//
// DEL-1
func (s *Service) Deletion(ctx context.Context, who chat.Actor) (Deletion, error) {
	if err := mayManage(who); err != nil {
		return Deletion{}, err
	}
	if err := s.deeds.done(ctx, who.Account); err != nil {
		return Deletion{}, err
	}
	_, d, err := s.deletionOf(ctx, who.Account)
	if err != nil {
		return Deletion{}, err
	}
	account, err := s.Store.Account(ctx, Find{ID: who.Account})
	if err != nil {
		return Deletion{}, fmt.Errorf("deletion: %w", err)
	}
	return s.inTheWay(ctx, account, d)
}

// inTheWay tells of a wish what stands in the way of it.
func (s *Service) inTheWay(ctx context.Context, account Account, d deletion) (out Deletion, err error) {
	out.Due, out.Messages, out.After = d.Due, d.Messages, chat.Millis(s.DeletesIn.Milliseconds())
	if out.Owned, err = s.Erasing.Owned(ctx, account.ID); err != nil {
		return out, fmt.Errorf("deletion: %w", err)
	}
	out.LastOperator, err = s.lastOperator(ctx, account)
	return out, err
}

// lastOperator reports whether an account is the only one that runs the server.
func (s *Service) lastOperator(ctx context.Context, a Account) (bool, error) {
	if !a.Operator {
		return false, nil
	}
	operators, err := s.Operators(ctx)
	if err != nil {
		return false, err
	}
	for _, other := range operators {
		if other == a.ID {
			continue
		}
		if leaving, _, err := s.deletionOf(ctx, other); err != nil || leaving.Version == 0 {
			return false, err
		}
	}
	return true, nil
}

// Delete has the actor's account deleted in a week, for who knows the password and has the second factor,
// from a device that is not too new. Until then it goes on as ever, every device of it reads so, and each of
// them, and whoever signs in, keeps it. It fails as SetPassword does, with chat.CodeOwnsChats where groups or
// channels have to be handed on first, and with chat.CodeLastOperator. Asked again it stays as it is, and
// fails as KeepAccount does.
//
// DEL-1
func (s *Service) Delete(ctx context.Context, who chat.Actor, req DeletionRequest) (Deletion, error) {
	account, err := s.confirm(ctx, who, req.Password)
	if err != nil {
		return Deletion{}, err
	}
	if err := s.deeds.done(ctx, who.Account); err != nil {
		return Deletion{}, err
	}
	c, d, err := s.deletionOf(ctx, account.ID)
	if err != nil {
		return Deletion{}, err
	}
	now, err := s.inTheWay(ctx, account, d)
	switch {
	case err != nil:
		return now, err
	case d.late(s.millis()):
		return now, tooLate()
	case now.Due != 0 && now.Messages == req.Messages:
		return now, nil
	case now.LastOperator:
		return now, chat.Errorf(chat.CodeLastOperator, "nobody else runs this server")
	case len(now.Owned) > 0:
		return now, chat.Errorf(chat.CodeOwnsChats, "groups and channels have to be handed on or deleted first")
	}
	err = s.checkFactor(ctx, account.ID, shownFactor{req.Code, req.Passkey, knownBy{id: who.Device}})
	if err != nil {
		return now, err
	}
	if c.Version == 0 {
		c = Credential{Kind: CredentialDeletion, ID: deletionID(account.ID), Created: s.millis()}
		d = deletion{Account: account.ID, Due: s.millis() + chat.Millis(s.DeletesIn.Milliseconds())}
	}
	d.Messages = req.Messages
	if c.Data, err = json.Marshal(d); err != nil {
		return now, fmt.Errorf("delete an account: %w", err)
	}
	if err := s.announced(ctx, who, ReasonDeletion, CredentialPut{c}); err != nil {
		return now, fmt.Errorf("delete an account: %w", err)
	}
	now.Due, now.Messages = d.Due, d.Messages
	return now, nil
}

// KeepAccount takes the wish back that the actor's account be deleted. Where there is none it does nothing.
// It fails with chat.CodeRevoked when the time has come.
//
// DEL-2
func (s *Service) KeepAccount(ctx context.Context, who chat.Actor) error {
	if err := mayManage(who); err != nil {
		return err
	}
	c, d, err := s.deletionOf(ctx, who.Account)
	switch {
	case err != nil || c.Version == 0:
		return err
	case d.late(s.millis()):
		return tooLate()
	}
	taken := CredentialTaken{Kind: c.Kind, ID: c.ID, Version: c.Version}
	err = s.announced(ctx, who, ReasonDeletionOff, taken)
	if isCode(err, chat.CodeConflict) {
		err = s.overtaken(ctx, who.Account, err, tooLate())
	}
	if err != nil {
		return fmt.Errorf("keep an account: %w", err)
	}
	return nil
}

// tooLate is the answer to what a device asks of an account that is not kept any more.
func tooLate() error {
	return chat.Errorf(chat.CodeRevoked, "the account is being deleted")
}

// overtaken is the answer to who would have kept an account and found the wish taken or changed: late where
// its time came meanwhile, and the conflict where it did not.
func (s *Service) overtaken(ctx context.Context, of chat.AccountID, conflict, late error) error {
	_, d, err := s.deletionOf(ctx, of)
	switch {
	case err != nil:
		return err
	case d.late(s.millis()):
		return late
	}
	return conflict
}

// kept adds to what a new device brings that its account is kept: whoever comes back wants it.
//
// DEL-2
func (s *Service) kept(ctx context.Context, device Device, told telling, more []Change) (
	telling, []Change, error) {
	c, d, err := s.deletionOf(ctx, device.Account)
	switch {
	case err != nil || c.Version == 0:
		return told, more, err
	case d.late(s.millis()):
		return told, more, wrongSignIn()
	case device.Client == tokenClient:
		return told, more, nil
	}
	told.notices = append(told.notices, chat.DeviceNotice{Device: s.shown(device), Reason: ReasonDeletionOff})
	return told, append(more, CredentialTaken{Kind: c.Kind, ID: c.ID, Version: c.Version}), nil
}

// DeleteDue deletes the accounts whose time has come, and erases the names of those that have rested. Each is
// done in steps that may all be done again, so that what a crash cuts off is done by the next call.
//
// DEL-3
func (s *Service) DeleteDue(ctx context.Context) error {
	all, err := s.Vault.Credentials(ctx, 0)
	if err != nil {
		return fmt.Errorf("deletions: %w", err)
	}
	var failed []error
	for _, c := range all {
		var d deletion
		if c.Kind != CredentialDeletion {
			continue
		}
		if err := json.Unmarshal(c.Data, &d); err != nil {
			return fmt.Errorf("deletions: %w", err)
		}
		if d.Due > s.millis() {
			continue
		}
		if err := s.deleteOne(ctx, c, d); err != nil {
			failed = append(failed, fmt.Errorf("delete account %d: %w", d.Account, err))
		}
	}
	return errors.Join(failed...)
}

// deleteOne takes the next step of one deletion: the devices end, then what there is is erased, and in the
// end the name.
func (s *Service) deleteOne(ctx context.Context, c Credential, d deletion) (err error) {
	if d.Rests {
		if err := s.Erasing.Forget(ctx, d.Account); err != nil {
			return err
		}
		return s.Store.Apply(ctx, CredentialTaken{Kind: c.Kind, ID: c.ID, Version: c.Version})
	}
	left, err := s.Store.Devices(ctx, d.Account)
	if err != nil {
		return err
	}
	if !d.Begun || len(left) > 0 {
		return s.endDevices(ctx, c, d)
	}
	if err := s.Erasing.Erase(ctx, d.Account, d.Messages); err != nil {
		return err
	}
	d.Rests, d.Due = true, s.millis()+chat.Millis(restsFor.Milliseconds())
	if c.Data, err = json.Marshal(d); err != nil {
		return err
	}
	return s.Store.Apply(ctx, AccountGone{Account: d.Account}, CredentialPut{c})
}

// endDevices ends the devices of an account that is not kept, and leaves their sessions the time to hear of
// it: what they still write is erased with the rest. Whoever keeps the account at the same time was there
// before, or hears that it is too late: both change the one credential.
func (s *Service) endDevices(ctx context.Context, c Credential, d deletion) (err error) {
	d.Begun, d.Due = true, s.millis()+chat.Millis(sessionsEnd.Milliseconds())
	if c.Data, err = json.Marshal(d); err != nil {
		return err
	}
	gone := DevicesGone{Account: d.Account, Reason: ReasonDeleted, At: s.millis()}
	err = s.Store.Apply(ctx, CredentialPut{c}, gone)
	if isCode(err, chat.CodeConflict) {
		return nil
	}
	if err == nil {
		s.ended.wake()
	}
	return err
}
