// SPDX-License-Identifier: AGPL-3.0-or-later

package testenv_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/zolal-im/zolal"
	"github.com/zolal-im/zolal/internal/testenv"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// crowd is how many accounts a spammer has, or writes to.
func crowd() int {
	if testing.Short() {
		return 60
	}
	return 500
}

// pest is an account that acts by single requests.
type pest struct {
	client  *zolal.Client
	account uint32
	token   string
}

// pests signs up a crowd, on the hosts of a test in turn.
func pests(t *testing.T, host testenv.Host, name string, n int) []pest {
	t.Helper()
	all := make([]pest, n)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := worker; i < n; i += 4 {
				who := fmt.Sprintf("%s_%d", name, i)
				o := zolal.Options{Transports: []zolal.Transport{zolal.Poll}, Patience: time.Minute,
					Info: &zolalv1.ClientInfo{Device: who, Client: "test"}}
				s, err := zolal.SignUp(t.Context(), host.Address(i), o, &zolalv1.SignUpRequest{
					Key: zolal.NewKey(time.Now()), Username: who, Name: who, Recovery: make([]byte, 32),
					Password: "correct horse battery 7",
				})
				if err != nil {
					t.Error(err)
					return
				}
				all[i].account, all[i].token = s.GetAccount(), s.GetToken()
				host.Hush(who, s.GetToken())
				o.Token = s.GetToken()
				if all[i].client, err = zolal.Dial(t.Context(), host.Address(i), o); err != nil {
					t.Error(err)
					return
				}
				t.Cleanup(func() { all[i].client.Close() })
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return all
}

// opens opens the chat with somebody.
func (p pest) opens(t *testing.T, other uint32) uint32 {
	t.Helper()
	info := new(zolalv1.ChatInfo)
	req := &zolalv1.OpenDirectRequest{Key: p.client.NewKey(), Account: other}
	if err := p.client.Call(t.Context(), "Chats/OpenDirect", req, info); err != nil {
		t.Error(err)
	}
	return info.GetId()
}

// list is what somebody catches up with.
func list(t *testing.T, c *zolal.Client) []*zolalv1.ChatState {
	t.Helper()
	resp := new(zolalv1.SyncResponse)
	if err := c.Call(t.Context(), "Sync/Sync", &zolalv1.SyncRequest{Limit: 1000}, resp); err != nil {
		t.Fatal(err)
	}
	return resp.GetChats()
}

// TestFiveHundredAccountsThatWriteToOnePersonMakeNoSound has a spammer write to one person from many
// accounts. All of it is requests, which make no sound and learn nothing; a few messages each are as much as
// there are.
func TestFiveHundredAccountsThatWriteToOnePersonMakeNoSound(t *testing.T) {
	t.Parallel()
	host := testenv.Memory(t)
	victim := pests(t, host, "victim", 1)[0]
	spammers := pests(t, host, "spammer", crowd())
	var mu sync.Mutex
	heard := 0
	victim.client.OnUpdate(func(u *zolalv1.Update) {
		mu.Lock()
		defer mu.Unlock()
		if u.GetSignal() != nil {
			t.Errorf("the victim is told %v", u.GetSignal())
		}
		for _, e := range u.GetChat().GetEntries() {
			heard++
			if !e.GetEnvelope().GetSilent() {
				t.Errorf("entry %v makes a sound", e.GetEnvelope())
			}
		}
	})
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := worker; i < len(spammers); i += 4 {
				spammers[i].insists(t, victim.account)
			}
		})
	}
	wg.Wait()
	chats := list(t, victim.client)
	if len(chats) != len(spammers) {
		t.Errorf("%d spammers are %d chats", len(spammers), len(chats))
	}
	for _, c := range chats {
		if c.GetChat().GetMe().GetRole() != zolalv1.Role_ROLE_APPROACHED || c.GetUnread() != 3 ||
			!c.GetLast().GetEnvelope().GetSilent() {
			t.Errorf("no quiet request: %v", c)
		}
		if p := c.GetChat().GetPeer(); p.GetOnline() || p.GetLastSeenMs() != 0 {
			t.Errorf("a stranger's presence is shown: %v", p)
		}
	}
	// Turning one away leaves the others where they are; its sender sees no difference.
	gone := chats[0].GetChat().GetId()
	req := &zolalv1.AnswerRequest{Chat: gone, Key: victim.client.NewKey()}
	if err := victim.client.Call(t.Context(), "Chats/AnswerInvitation", req, new(zolalv1.Receipt)); err != nil {
		t.Fatal(err)
	}
	if left := list(t, victim.client); len(left) != len(spammers)-1 {
		t.Errorf("%d chats are left", len(left))
	}
	for _, s := range spammers {
		own := list(t, s.client)
		if c := own[0].GetChat(); len(own) != 1 || !c.GetWaiting() || c.GetMembers() != 2 ||
			c.GetPeer().GetOnline() || c.GetPeer().GetLastSeenMs() != 0 || own[0].GetPeerReadSeq() != 0 {
			t.Fatalf("a spammer sees %v", own)
		}
	}
}

// insists writes until it is refused.
func (p pest) insists(t *testing.T, victim uint32) {
	chat := p.opens(t, victim)
	said := 0
	for range 5 {
		_, err := p.client.Text(t.Context(), chat, "buy")
		switch zolal.CodeOf(err) {
		case 0:
			if err == nil {
				said++
			}
		case zolalv1.ErrorCode_REQUEST_PENDING:
		default:
			t.Error(err)
		}
	}
	if said != 3 {
		t.Errorf("%d messages came through", said)
	}
	typing := &zolalv1.TypingRequest{Chat: chat}
	if err := p.client.Call(t.Context(), "Sync/Typing", typing, new(zolalv1.Empty)); err != nil {
		t.Error(err)
	}
	watched := new(zolalv1.WatchResponse)
	watch := &zolalv1.WatchRequest{Accounts: []uint32{victim}}
	err := p.client.Call(t.Context(), "Sync/Watch", watch, watched)
	if err != nil || len(watched.GetPeople()) > 0 {
		t.Errorf("a stranger watches: %v, %v", watched, err)
	}
}

// TestOneAccountReachesAFewStrangersADayHoweverItTries has one account write to many people at once, through
// two servers over one store that tell each other nothing, again under the same keys, and after a restart.
func TestOneAccountReachesAFewStrangersADayHoweverItTries(t *testing.T) {
	t.Parallel()
	host := testenv.Twins(t)
	people := pests(t, host, "person", min(crowd(), 250)) // of more, look-ups alone keep one account away
	spammer := pests(t, host, "spammer", 1)[0]
	second, err := zolal.Dial(t.Context(), host.Address(1), zolal.Options{
		Token: spammer.token, Transports: []zolal.Transport{zolal.Poll}, Patience: time.Minute,
		Info: &zolalv1.ClientInfo{Device: "other", Client: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	requests := make([]*zolalv1.SendRequest, len(people))
	for i, p := range people {
		requests[i] = &zolalv1.SendRequest{
			Chat: spammer.opens(t, p.account), Key: spammer.client.NewKey(), Text: "buy",
		}
	}
	for round := range 3 {
		reached := spread(t, requests, spammer.client, second)
		if reached != 5 {
			t.Errorf("round %d: %d people were reached", round, reached)
		}
		if round == 1 {
			if err := host.Restart(); err != nil {
				t.Fatal(err)
			}
		}
	}
	bothered := 0
	for _, p := range people {
		bothered += len(list(t, p.client))
	}
	if bothered != 5 {
		t.Errorf("%d people have a request", bothered)
	}
}

// spread sends every request by one of two clients, all at once, and counts those that were stored.
func spread(t *testing.T, requests []*zolalv1.SendRequest, clients ...*zolal.Client) int {
	t.Helper()
	var mu sync.Mutex
	stored := 0
	var wg sync.WaitGroup
	for i, req := range requests {
		wg.Go(func() {
			for {
				err := clients[i%2].Call(t.Context(), "Messages/Send", req, new(zolalv1.Receipt))
				switch zolal.CodeOf(err) {
				case zolalv1.ErrorCode_UNAVAILABLE:
					continue // too many at once: the same key again
				case zolalv1.ErrorCode_DAILY_LIMIT:
					return
				}
				mu.Lock()
				defer mu.Unlock()
				if stored++; err != nil {
					t.Error(err)
				}
				return
			}
		})
	}
	wg.Wait()
	return stored
}
