// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv

import (
	"fmt"
	"testing"
	"time"

	"github.com/zolal-im/zolal/internal/server"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// Leaving starts a server on the embedded store that keeps accounts for a second whose owners wished them
// deleted.
func Leaving(t *testing.T) Host {
	return start(t, 1, func(c *server.Config) { c.OpenStore, c.DeletesIn = nil, time.Second })
}

// leavingVerbs are those about accounts that are deleted.
func leavingVerbs() map[string]func(*stage, *line) error {
	return map[string]func(*stage, *line) error{
		"quits":   quits,   // sara quits [messages] (she wishes her account deleted, with what she wrote)
		"stays":   stays,   // sara stays (and does not any more)
		"parting": parting, // sara parting yes|no (whether it will be deleted)
		"misses":  misses,  // reza misses sara (her account is deleted)
	}
}

func quits(s *stage, l *line) error {
	req := &zolalv1.DeletionRequest{Password: password, EraseMessages: len(l.words) > 0}
	return s.call(l, "Deletions/Begin", req, new(zolalv1.Deletion))
}

func stays(s *stage, l *line) error {
	return s.call(l, "Deletions/Cancel", &zolalv1.Empty{}, new(zolalv1.Empty))
}

func parting(s *stage, l *line) error {
	state, want := new(zolalv1.SecurityState), l.words[0] == "yes"
	if err := s.call(l, "Security/State", &zolalv1.Empty{}, state); err != nil {
		return err
	}
	if got := state.GetDeletesMs() != 0; got != want {
		return fmt.Errorf("whether it will be deleted: %v", got)
	}
	return nil
}

func misses(s *stage, l *line) error {
	other := s.devices[l.words[0]]
	if other == nil {
		return fmt.Errorf("%s is not in the cast", l.words[0])
	}
	return s.until(func() (bool, string) {
		who := new(zolalv1.Person)
		req := &zolalv1.PersonRequest{Account: other.account}
		if err := s.call(l, "Accounts/Person", req, who); err != nil {
			return false, err.Error()
		}
		return who.GetDeleted() && who.GetName() == "" && who.GetUsername() == "", fmt.Sprint(who)
	})
}
