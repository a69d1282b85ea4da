// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"database/sql/driver"
	"fmt"

	"github.com/zolal-im/zolal/internal/account"
	"github.com/zolal-im/zolal/internal/chat"
	"github.com/zolal-im/zolal/internal/engine"
)

// value turns what the statements of this package are given into what the driver knows. A type that is not
// here is a fault of this package, found by the first test that runs the statement.
func value(v any) driver.Value {
	switch v := v.(type) {
	case int64:
		return v
	case chat.LogID:
		return int64(v)
	case chat.Seq:
		return int64(v)
	case chat.Ord:
		return int64(v)
	case chat.Pos:
		return int64(v)
	case chat.Millis:
		return int64(v)
	case chat.AccountID:
		return int64(v)
	case chat.ChatID:
		return int64(v)
	case chat.DeviceID:
		return int64(v)
	case []byte:
		if v == nil {
			return nil
		}
		return v
	case string, nil, bool:
		return v
	default:
		return rareValue(v)
	}
}

// rareValue knows the types that hardly any statement is given.
func rareValue(v any) driver.Value {
	switch v := v.(type) {
	case int:
		return int64(v)
	case uint8:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		return int64(v)
	case chat.Kind:
		return int64(v)
	case chat.Role:
		return int64(v)
	case chat.Grants:
		return int64(v)
	case chat.ChatType:
		return int64(v)
	case chat.Scopes:
		return int64(v)
	case chat.PhotoAudience:
		return int64(v)
	case chat.Act:
		return int64(v)
	case chat.Appealed:
		return int64(v)
	case engine.IDKind:
		return int64(v)
	case chat.Chain:
		return v[:]
	case chat.Seal:
		if v == (chat.Seal{}) {
			return nil
		}
		return v[:]
	case chat.Incarnation:
		return v[:]
	case chat.Key:
		if v.IsZero() {
			return nil
		}
		return v[:]
	case account.TokenHash:
		return v[:]
	case account.CredentialKind:
		return int64(v)
	case account.CredentialID:
		return v[:]
	case [32]byte:
		return v[:]
	case chat.Hash:
		return v[:]
	case *chat.Millis:
		return pointed(v)
	case *uint32:
		return pointed(v)
	case *bool:
		if v == nil {
			return nil
		}
		return *v
	default:
		panic(fmt.Sprintf("sqlite: %T is not for a statement", v))
	}
}

func pointed[T ~int64 | ~uint32](p *T) driver.Value {
	if p == nil {
		return nil
	}
	return int64(*p)
}
