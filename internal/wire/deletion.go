// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func accountDeletedOut(d *chat.AccountDeleted) *zolalv1.AccountDeleted {
	return &zolalv1.AccountDeleted{Rests: d.Rests}
}

func accountDeletedIn(d *zolalv1.AccountDeleted) *chat.AccountDeleted {
	return &chat.AccountDeleted{Rests: d.GetRests()}
}
