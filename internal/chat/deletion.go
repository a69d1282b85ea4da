// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "slices"

// AccountDeleted is the body of KindAccountDeleted, with which the log of an account ends. Rests is the name
// that it had and those that it gave up lately, which are nobody else's for a while; once that is over
// another such entry, without names, erases this one.
type AccountDeleted struct{ Rests []string }

// RestedName is a folded name that rests, with its look-alike class.
type RestedName struct{ Name, Skeleton string }

// AccountErased says that this entry ends an account. The store forgets every row that says something of the
// account itself, erases from disk what its log said before, but for KindsKept, of which others' rows follow,
// keeps that it was deleted, and raises the facts version of each of its direct chats. Rests
// is nobody else's for a while, from this entry on; of the account, nothing else rests.
type AccountErased struct {
	Account AccountID
	Rests   []RestedName
}

// EraseMessages redacts messages of a chat because an account is deleted; the server's own hand only.
type EraseMessages struct{ Targets []Seq }

// EraseAccount ends the log of the actor's account; the server's own hand only.
type EraseAccount struct{ Rests []string }

// KindsKept are the kinds of entries of a user log that keep their bodies when the account is deleted: these
// hold numbers and what a chat's staff noted, and what follows from them is others' too.
func KindsKept() []Kind { return []Kind{KindMyChat, KindBlock} }

// KeptWhenErased reports whether a kind is one of KindsKept.
func (k Kind) KeptWhenErased() bool { return slices.Contains(KindsKept(), k) }

func decideEraseMessages(d *decision, c EraseMessages) error {
	if err := d.server(); err != nil {
		return err
	}
	for _, seq := range c.Targets {
		target, err := d.ref(seq, "targets")
		if err == nil && (target.Kind == KindMessage || target.Kind == KindService) {
			d.redact(seq, target)
		}
	}
	return nil
}

func needEraseMessages(_ Chat, c EraseMessages) Needs { return Needs{Refs: c.Targets} }

func decideEraseAccount(d *decision, c EraseAccount) error {
	if err := d.server(); err != nil {
		return err
	}
	ended := &AccountDeleted{}
	for _, name := range c.Rests {
		ended.Rests = append(ended.Rests, FoldName(name))
	}
	d.tell(KindAccountDeleted, ended)
	return nil
}

// projectAccountDeleted stands without its body: then no name rests any more.
func projectAccountDeleted(e Entry, body Body) []Change {
	erased := AccountErased{Account: e.Log.Account()}
	if b, ok := body.(*AccountDeleted); ok {
		for _, name := range b.Rests {
			erased.Rests = append(erased.Rests, RestedName{name, Skeleton(name)})
		}
	}
	return []Change{erased}
}

func (*AccountDeleted) body() {}
func (AccountErased) change() {}
func (EraseMessages) op() op  { return opEraseMessages }
func (EraseAccount) op() op   { return opEraseAccount }
