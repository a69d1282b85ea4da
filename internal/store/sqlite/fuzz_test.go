// SPDX-License-Identifier: AGPL-3.0-or-later

package sqlite

import (
	"reflect"
	"testing"

	"github.com/zolal-im/zolal/internal/chat"
)

// FuzzEntities reads any column as the entities of a draft; what is read is written and read again alike.
func FuzzEntities(f *testing.F) {
	bold, mention := chat.Entity{Kind: chat.EntityBold, Length: 3}, chat.Entity{Offset: 4, Length: 1, Account: 7}
	good, err := encodeEntities([]chat.Entity{bold, mention})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("")
	f.Add(`[{"Offset":-1}]`)
	f.Fuzz(func(t *testing.T, column string) {
		entities, err := decodeEntities(column)
		if err != nil {
			return
		}
		text, err := encodeEntities(entities)
		if err != nil {
			t.Fatalf("%+v cannot be written: %v", entities, err)
		}
		again, err := decodeEntities(text)
		if err != nil || len(again) != len(entities) ||
			len(entities) > 0 && !reflect.DeepEqual(again, entities) {
			t.Errorf("%+v comes back as %+v, %v", entities, again, err)
		}
	})
}
