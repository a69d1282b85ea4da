// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func accountDeletedOut(d *chat.AccountDeleted) *zolalv1.AccountDeleted {
	if len(d.Rests) == 0 {
		return &zolalv1.AccountDeleted{}
	}
	return &zolalv1.AccountDeleted{Rests: d.Rests[0], AlsoRest: d.Rests[1:]}
}

func accountDeletedIn(d *zolalv1.AccountDeleted) *chat.AccountDeleted {
	if d.GetRests() == "" {
		return &chat.AccountDeleted{}
	}
	return &chat.AccountDeleted{Rests: append([]string{d.GetRests()}, d.GetAlsoRest()...)}
}
