// SPDX-License-Identifier: AGPL-3.0-or-later

package storetest

import (
	"pgregory.net/rapid"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
)

func somePass(n byte, limit uint32) account.Pass {
	return account.Pass{
		ID: "pass" + string(rune('a'+n)), Secret: account.TokenHash{31: n}, Maker: chat.AccountID(n % 2),
		Label: "کلاس", Limit: limit, Created: chat.Millis(n / 2), Expires: 90,
	}
}

func testPasses(v *vault) {
	p := somePass(2, 2)
	v.apply(chat.CodeConflict, account.PassUsed{ID: p.ID})
	v.apply(0, account.PassPut{Pass: p})
	v.apply(chat.CodeConflict, account.PassPut{Pass: p})
	twin := somePass(3, 0)
	twin.Secret = p.Secret
	v.apply(chat.CodeConflict, account.PassPut{Pass: twin})
	v.apply(0, account.PassUnused{ID: p.ID}, account.PassUnused{ID: "nothing"})
	v.apply(0, account.PassUsed{ID: p.ID}, account.PassUsed{ID: p.ID})
	// The account that the third use would make is not made.
	v.apply(chat.CodeConflict, account.AccountPut{Account: someAccount(7, 0)}, account.PassUsed{ID: p.ID})
	_, err := v.Account(v.Context(), account.Find{ID: 7})
	v.is("the account of a use too many", nil, nil, err, chat.CodeNotFound)
	p.Used = 2
	got, err := v.Pass(v.Context(), account.PassFind{ID: p.ID})
	v.is("a pass that is used up", got, p, err, 0)
	v.apply(0, account.PassUnused{ID: p.ID}, account.PassUsed{ID: p.ID}, account.PassUnused{ID: p.ID})
	v.apply(0, account.PassRevoked{ID: p.ID, At: 7}, account.PassRevoked{ID: p.ID, At: 9})
	v.apply(0, account.PassRevoked{ID: "nothing", At: 7})
	v.apply(chat.CodeConflict, account.PassUsed{ID: p.ID})
	p.Used, p.Revoked = 1, 7
	got, err = v.Pass(v.Context(), account.PassFind{Secret: p.Secret})
	v.is("a pass that is revoked", got, p, err, 0)
	_, err = v.Pass(v.Context(), account.PassFind{Secret: account.TokenHash{1}})
	v.is("another secret", nil, nil, err, chat.CodeNotFound)
	endless := somePass(4, 0)
	use := account.PassUsed{ID: endless.ID}
	v.apply(0, account.PassPut{Pass: endless}, use, use)
}

func testPassLists(v *vault) {
	var all []account.Pass
	for n := range byte(6) {
		v.apply(0, account.PassPut{Pass: somePass(n, 1)})
		all = append([]account.Pass{somePass(n, 1)}, all...)
	}
	list, err := v.Passes(v.Context(), account.PassQuery{All: true, Limit: 9})
	v.is("all", list, all, err, 0)
	list, err = v.Passes(v.Context(), account.PassQuery{All: true, After: all[1].ID, Limit: 2})
	v.is("a part", list, all[2:4], err, 0)
	list, err = v.Passes(v.Context(), account.PassQuery{Maker: 1, After: all[0].ID, Limit: 9})
	v.is("those of one maker", list, []account.Pass{all[2], all[4]}, err, 0)
	list, err = v.Passes(v.Context(), account.PassQuery{All: true, After: "nothing", Limit: 9})
	v.is("after none", list, []account.Pass(nil), err, 0)
	v.apply(0, account.AccountGone{Account: 1})
	for i := range all {
		if all[i].Maker == 1 {
			all[i].Label = ""
		}
	}
	list, err = v.Passes(v.Context(), account.PassQuery{All: true, Limit: 9})
	v.is("when a maker is gone", list, all, err, 0)
}

func randomPassChange(t *rapid.T) account.Change {
	p := somePass(byte(rapid.IntRange(0, 3).Draw(t, "pass")), rapid.Uint32Range(0, 2).Draw(t, "limit"))
	p.Secret[31] = byte(rapid.IntRange(0, 3).Draw(t, "secret"))
	switch rapid.IntRange(0, 5).Draw(t, "kind of pass") {
	case 0:
		return account.PassUnused{ID: p.ID}
	case 1:
		return account.PassRevoked{ID: p.ID, At: 5}
	case 2, 3:
		return account.PassUsed{ID: p.ID}
	default:
		return account.PassPut{Pass: p}
	}
}
